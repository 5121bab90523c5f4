-- CSV from stdin into the very table that the sink fills: COPY, the quickest way that PostgreSQL has, then into place by key.
\set ON_ERROR_STOP on
BEGIN;
CREATE TEMPORARY TABLE incoming (us bigint, device text, run bigint, boot bigint, seq bigint, v double precision,
  a double precision, w double precision, status text) ON COMMIT DROP;
\copy incoming FROM pstdin (FORMAT csv)
INSERT INTO power_sample SELECT 'epoch'::timestamptz + us * interval '1 microsecond', device,
  '00000000-0000-4000-8000-000000000000', run, boot, seq, v, a, w, status FROM incoming
ON CONFLICT (device, time, log) DO NOTHING;
COMMIT;
