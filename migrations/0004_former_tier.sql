-- A contract that asks for another tier keeps the one it has until somebody has said yes to the new one: what was granted,
-- as JSON {tier, state, at, by}, or NULL where there is nothing.
ALTER TABLE contract_states ADD COLUMN former TEXT;
