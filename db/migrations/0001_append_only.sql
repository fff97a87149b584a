CREATE TRIGGER ledger_transactions_no_update BEFORE UPDATE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_transactions'); END;
--> statement-breakpoint
CREATE TRIGGER ledger_transactions_no_delete BEFORE DELETE ON ledger_transactions
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_transactions'); END;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_entries'); END;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'append-only: ledger_entries'); END;
--> statement-breakpoint
CREATE TRIGGER lot_moves_no_update BEFORE UPDATE ON lot_moves
BEGIN SELECT RAISE(ABORT, 'append-only: lot_moves'); END;
--> statement-breakpoint
CREATE TRIGGER lot_moves_no_delete BEFORE DELETE ON lot_moves
BEGIN SELECT RAISE(ABORT, 'append-only: lot_moves'); END;
--> statement-breakpoint
CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'append-only: consents'); END;
--> statement-breakpoint
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'append-only: consents'); END;
--> statement-breakpoint
CREATE TRIGGER lots_only_remaining BEFORE UPDATE OF id, customer_id, transaction_id, points, earned_at, expires_at ON lots
BEGIN SELECT RAISE(ABORT, 'append-only: only remaining of lots may change'); END;
--> statement-breakpoint
CREATE TRIGGER lots_no_delete BEFORE DELETE ON lots
BEGIN SELECT RAISE(ABORT, 'append-only: lots'); END;
--> statement-breakpoint
CREATE TRIGGER addresses_one_step BEFORE UPDATE OF state ON addresses WHEN new.revision <> old.revision + 1
BEGIN SELECT RAISE(ABORT, 'constraint: another step of this chat was taken meanwhile'); END;
