"""POST /v1/responses: the chat of the Responses API, where nothing is kept between requests."""
