"""Names the objects in one picture: an ONNX network and what is made of its numbers."""
