-- One kind of request again and again, as the file that SPECIFICATION names says; the last line of the output has the figures in JSON.
-- With CHECK every answer is looked at, which costs wrk time; without, wrk counts answers whose status is an error.
local spec = dofile(os.getenv("SPECIFICATION"))
local checks = os.getenv("CHECK") ~= nil

local function content(path)
    local file = assert(io.open(path, "rb"))
    local bytes = file:read("*a")
    file:close()
    return bytes
end

wrk.method = spec.method
wrk.headers = spec.headers
wrk.body = spec.body and content(spec.body)

-- A thread of its own for each connection where bodies are long: they are then laid out once and not copied for each request.
local threads = {}
function setup(thread)
    thread:set("number", #threads + 1)
    table.insert(threads, thread)
end

local requests, turn = {}, 0
function init()
    if spec.eachThread then
        wrk.path = spec.paths[(number - 1) % #spec.paths + 1]
    elseif #spec.paths == 1 then
        wrk.path = spec.paths[1]
    else
        for place, path in ipairs(spec.paths) do requests[place] = wrk.format(nil, path) end
        request = function()
            turn = turn % #requests + 1
            return requests[turn]
        end
    end
end

answered, refused, example = 0, 0, ""
if checks then
    local equals = spec.equals and content(spec.equals)
    function response(status, headers, body)
        answered = answered + 1
        local isRight = tostring(status):find(spec.statuses) and (equals == nil or body == equals) and (spec.length == nil or #body == spec.length)
        if isRight and spec.pattern then
            local _, count = body:gsub(spec.pattern, "")
            isRight = count == spec.count
        end
        if not isRight then
            refused = refused + 1
            if example == "" then example = string.format("%d %s", status, body:sub(1, 200)) end
        end
    end
end

local function quoted(text)
    return '"' .. text:gsub('[%c"\\]', function(character) return string.format("\\u%04x", character:byte()) end) .. '"'
end

function done(summary, latency)
    local wrong, seen, first = 0, 0, ""
    for _, thread in ipairs(threads) do
        wrong, seen = wrong + (thread:get("refused") or 0), seen + (thread:get("answered") or 0)
        if first == "" then first = thread:get("example") or "" end
    end
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"bytes":%d,"failed":%d,"checked":%d,"wrong":%d,"p50_ms":%.4f,"p99_ms":%.4f,"example":%s}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        seen, wrong, latency:percentile(50) / 1000, latency:percentile(99) / 1000, quoted(first)))
end
