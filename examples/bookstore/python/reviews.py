"""Reviews, version 2: what readers wrote, with stars and their average. Version 1 is ../perl/reviews.pl."""

from service import VERSION, data, serve

REVIEWS = {row["book"]: row["reviews"] for row in data("reviews.jsonl")}


def reviews(_headers, book):
    if book not in REVIEWS:
        return None
    all_of_it = REVIEWS[book]
    stars = round(sum(review["stars"] for review in all_of_it) / len(all_of_it), 1)
    return {"book": book, "version": VERSION, "stars": stars, "reviews": all_of_it}


serve("reviews", {"/books/:id": reviews})
