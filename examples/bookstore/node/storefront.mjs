// The shop's pages. Everything on them comes from other services through the mesh; a part that fails leaves a notice
// in its place and the rest of the page stands.
import { json, notFound, serve } from "./service.mjs";

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (value) => String(value).replace(/[&<>"']/g, (character) => escapes[character]);
const price = (cents) => `€ ${(cents / 100).toFixed(2)}`;

/** Under /svc/storefront/ the mesh strips that prefix and tells it in this header: links have to carry it again. */
const prefixOf = (headers) => text((headers["x-forwarded-prefix"] ?? "").replace(/\/$/, ""));
const link = (prefix, book) => `<a href="${prefix}/books/${text(book.id)}">${text(book.title)}</a>`;

/** One section: what the service said, or a notice when it could not. */
const section = (title, answer, show) =>
  `<section><h2>${title}</h2>${answer.ok ? show(answer.body) : `<p class="down">Not available just now: ${text(answer.reason)}.</p>`}</section>`;

const page = (status, title, headers, main) => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>body{font:1rem/1.5 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}.down{color:#a40000}footer{color:#666;font-size:.8rem}</style>
<h1><a href="${prefixOf(headers)}/">Bookstore</a></h1>
${main}
<footer>Request ${text(headers["x-request-id"] ?? "without id")}</footer>
</html>
`,
});

const bookList = (prefix) => (body) =>
  `<ul>${body.books.map((book) => `<li>${link(prefix, book)}, ${text(book.author)}, ${price(book.priceCents)}</li>`).join("")}</ul>`;

const related = (prefix) => (body) =>
  `<ul>${body.recommendations.map((book) => `<li>${link(prefix, book)}</li>`).join("")}</ul>`;

const words = (body) =>
  `${body.stars ? `<p>${text(body.stars)} of 5 stars</p>` : ""}${body.reviews.map(({ reader, text: said }) => `<blockquote>${text(said)} (${text(reader)})</blockquote>`).join("")}`;

const stock = (body) =>
  `<p>${body.inStock > 0 ? `${text(body.inStock)} in ${text(body.warehouse)}` : "Out of stock"}</p>`;

/** The home page shows the list and one book; a book's page shows that book. */
async function shop({ headers, call, id = "middlemarch", list }) {
  const prefix = prefixOf(headers);
  const part = encodeURIComponent(id);
  const [books, reviews, recommendations, inventory] = await Promise.all([
    call("catalog", list ? "/books" : `/books/${part}`),
    call("reviews", `/books/${part}`),
    call("recommendations", `/books/${part}`),
    call("inventory", `/stock/${part}`),
  ]);
  if (!list && books.status === 404) {
    return notFound(`/books/${id}`);
  }
  const about = (book) =>
    `<p>${text(book.title)}, ${text(book.author)}, ${text(book.year)}, ${price(book.priceCents)}</p>
<form method="post" action="${prefix}/orders"><button name="book" value="${text(book.id)}">Buy</button></form>`;
  return page(
    200,
    "Bookstore",
    headers,
    [
      list ? section("Catalogue", books, bookList(prefix)) : section("Book", books, about),
      section(list ? "Readers on Middlemarch" : "Readers", reviews, words),
      section("Also read", recommendations, related(prefix)),
      section("Stock", inventory, stock),
    ].join("\n"),
  );
}

let orders = 0;

async function buy({ headers, body, call }) {
  const id = new URLSearchParams(body).get("book");
  if (!id) {
    return json(422, { error: "send book=<id> as a form" });
  }
  const part = encodeURIComponent(id);
  const [book, inventory] = await Promise.all([call("catalog", `/books/${part}`), call("inventory", `/stock/${part}`)]);
  for (const answer of [book, inventory]) {
    if (!answer.ok) {
      return json(503, { error: answer.reason }, { "retry-after": "5" });
    }
  }
  if (inventory.body.inStock === 0) {
    return json(409, { error: `${book.body.title} is out of stock` });
  }
  // The request's id is the order's: a repeated request does not charge twice.
  const order = headers["x-request-id"] ?? `order-${(orders += 1)}`;
  const charge = await call("payments", "/charges", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ order, amountCents: book.body.priceCents }),
  });
  if (!charge.ok) {
    return json(503, { error: charge.reason }, { "retry-after": "5" });
  }
  return page(
    201,
    "Thank you",
    headers,
    `<p>${text(book.body.title)} is yours for ${price(charge.body.amountCents)}.</p>`,
  );
}

serve("storefront", {
  "GET /": (request) => shop({ ...request, list: true }),
  "GET /books/:id": (request) => shop({ ...request, id: request.params[0] }),
  "POST /orders": buy,
});
