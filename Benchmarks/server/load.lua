-- The same request again and again, as the environment says; the last line of the output has the figures.
local operation, records, bytes = os.getenv("OPERATION"), tonumber(os.getenv("RECORDS")), tonumber(os.getenv("BYTES"))
-- Base 64 of `bytes` bytes of zeros is as long to read as any other.
local rest = bytes % 3
local data = string.rep("AAAA", math.floor(bytes / 3)) .. ({ [0] = "", "AA==", "AAA=" })[rest]

local function body()
    if operation == "GetRecords" then
        return '{"ShardIterator":"' .. os.getenv("ITERATOR") .. '","Limit":' .. records .. "}"
    end
    if operation == "PutRecord" then
        return '{"StreamName":"load","PartitionKey":"key-1","Data":"' .. data .. '"}'
    end
    local entries = {}
    for number = 1, records do
        entries[number] = '{"Data":"' .. data .. '","PartitionKey":"key-' .. number .. '"}'
    end
    return '{"StreamName":"load","Records":[' .. table.concat(entries, ",") .. "]}"
end

wrk.method = "POST"
wrk.body = body()
wrk.headers["X-Amz-Target"] = "Kinesis_20131202." .. operation
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["Authorization"] =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0"

function done(summary, latency)
    local seconds = summary.duration / 1e6
    local failed = summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format(
        "%.0f records/s, %.0f calls/s, p50 %.2f ms, p99 %.2f ms, %d failed\n", summary.requests * records / seconds,
        summary.requests / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
