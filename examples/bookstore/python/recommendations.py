"""Recommendations: what to read next. The titles come from the catalogue, through the mesh."""

from service import call, data, serve

RELATED = {row["book"]: row["related"] for row in data("related.jsonl")}


def recommendations(headers, book):
    if book not in RELATED:
        return None
    catalog = call("catalog", "/books", headers)
    titles = {entry["id"]: entry["title"] for entry in catalog["books"]} if catalog else {}
    # Without the catalogue the ids still help: a shorter answer is better than none.
    others = [{"id": other, "title": titles.get(other, other)} for other in RELATED[book]]
    return {"book": book, "recommendations": others, "degraded": catalog is None}


serve("recommendations", {"/books/:id": recommendations})
