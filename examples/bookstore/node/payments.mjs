// Payments: charges an order once, however often it is asked to. Keeps the last thousand charges in memory.
import { json, notFound, serve } from "./service.mjs";

const charges = new Map();
const kept = 1000;
/** A service that captures the money; without one it is captured here. */
const bank = process.env.BANK_SERVICE;

function parse(text) {
  try {
    const { order, amountCents } = JSON.parse(text);
    const fine = typeof order === "string" && order !== "" && Number.isInteger(amountCents) && amountCents > 0;
    return fine ? { order, amountCents } : null;
  } catch {
    return null;
  }
}

serve("payments", {
  "POST /charges": async ({ body, call }) => {
    const wanted = parse(body);
    if (!wanted) {
      return json(422, { error: 'send {"order": "<id>", "amountCents": <integer above 0>}' });
    }
    const before = charges.get(wanted.order);
    if (before) {
      return json(200, before);
    }
    if (bank) {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted) };
      const captured = await call(bank, "/charges", init);
      if (!captured.ok) {
        return json(502, { error: captured.reason });
      }
    }
    const charge = { ...wanted, currency: "EUR", status: "captured" };
    charges.set(wanted.order, charge);
    if (charges.size > kept) {
      charges.delete(charges.keys().next().value);
    }
    return json(201, charge, { location: `/charges/${encodeURIComponent(wanted.order)}` });
  },
  "GET /charges/:id": ({ params: [id], path }) => {
    const charge = charges.get(id);
    return charge ? json(200, charge) : notFound(path);
  },
});
