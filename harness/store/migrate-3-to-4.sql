-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Format 4 keeps what a change of the machine was to bring about, and whether it came about.

ALTER TABLE journal ADD COLUMN wanted TEXT;
ALTER TABLE journal ADD COLUMN done TEXT;

PRAGMA user_version = 4;
