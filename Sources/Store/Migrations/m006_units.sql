-- Limits count units now: a token of an answer weighs 4, one of a prompt 1, or a sixth where it came from the cache. What was paid
-- for and isn't used stays usable to the last token, however much that weighs.
UPDATE quotas SET token_limit = used + 4 * (token_limit - used) WHERE token_limit > used;
-- What was written off is told in tokens that weigh one unit each.
UPDATE usage_events SET input = input + output, output = 0 WHERE model = 'lost';
