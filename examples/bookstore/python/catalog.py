"""The catalogue: which books there are and what they cost."""

from service import data, serve

BOOKS = data("books.jsonl")


def book(_headers, wanted):
    return next((book for book in BOOKS if book["id"] == wanted), None)


serve("catalog", {"/books": lambda _headers: {"books": BOOKS}, "/books/:id": book})
