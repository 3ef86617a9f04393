-- The W3C traceparent of whoever added the job.
ALTER TABLE jobs ADD COLUMN trace_parent text;
