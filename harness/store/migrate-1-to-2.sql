-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Format 2 records whether the device got its driver back and how the agent's clock ran. Files of
-- format 1 do not know: NULL.

ALTER TABLE campaign ADD COLUMN driver_after TEXT;
ALTER TABLE boot ADD COLUMN clock_rate_error REAL;
ALTER TABLE boot ADD COLUMN clock_bound REAL;
ALTER TABLE boot ADD COLUMN clock_span_ns INTEGER CHECK (clock_span_ns >= 0);
ALTER TABLE boot ADD COLUMN clock_is_mismatch INTEGER CHECK (clock_is_mismatch IN (0, 1));

PRAGMA user_version = 2;
