"""Gives detections their identity from frame to frame."""
