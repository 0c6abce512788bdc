#include "json_search.h"

// MARK: Any processor

static uint64_t prefix_xor_portable(uint64_t bits) {
    for (int shift = 1; shift < 64; shift <<= 1) bits ^= bits << shift;
    return bits;
}

static masks load_portable(const uint8_t *bytes, size_t count) {
    masks m = {0};
    for (size_t i = 0; i < 64; i++) {
        uint64_t bit = 1ULL << i;
        uint8_t byte = i < count ? bytes[i] : ' ';
        switch (classes[byte]) {
        case blank: m.space |= bit; break;
        case line_end: m.space |= bit; m.line_feed |= bit; break;
        case quote_mark: m.quote |= bit; break;
        case open_object: case open_list: m.open |= bit; break;
        case close_object: case close_list: m.close |= bit; break;
        case comma_mark: m.comma |= bit; break;
        case colon_mark: m.colon |= bit; break;
        default: break;
        }
        if (byte == '\\') m.backslash |= bit;
        if (byte < 0x20) m.control |= bit;
        if (is_digit(byte)) m.digit |= bit;
        if (byte == '0') m.zero |= bit;
    }
    return m;
}

static void find_structure_portable(search *s) {
    while (s->base < s->count && !s->is_stopped) {
        size_t base = s->base;
        masks m = load_portable(s->bytes + base, s->count - base < 64 ? s->count - base : 64);
        uint64_t escaped = find_escaped(m.backslash, &s->state);
        uint64_t quote = m.quote & ~escaped;
        s->places = flatten(take_block(s, &m, prefix_xor_portable(quote), quote, escaped), (uint32_t)base, s->places);
    }
}

/// Whether bytes are UTF-8 (RFC 3629).
static bool is_text_portable(const uint8_t *bytes, size_t count) {
    size_t i = 0;
    while (i < count) {
        uint8_t lead = bytes[i];
        if (lead < 0x80) {
            i++;
            continue;
        }
        size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (!length) return false;
        uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        for (size_t next = 1; next < length; next++) {
            if (i + next == count || bytes[i + next] < low || bytes[i + next] > high) return false;
            low = 0x80;
            high = 0xBF;
        }
        i += length;
    }
    return true;
}

// MARK: Records

/// The containers that are open, and what an object's next structural byte may be.
typedef struct {
    uint32_t opened[sluice_json_depth];
    uint8_t is_object[sluice_json_depth];
    size_t depth;
    enum { at_start, behind_colon, behind_comma } phase;
} nesting;

static inline bool is_blank(const uint8_t *from, const uint8_t *to) {
    for (; from < to; from++) {
        if (classes[*from] != blank && classes[*from] != line_end) return false;
    }
    return true;
}

/// Takes a structural byte of a record; false where the grammar has none there.
SLUICE_INLINE bool follow(nesting *open, uint8_t class, uint32_t position, uint8_t before, const uint8_t *bytes, const sluice_json_index *index) {
    bool in_object = open->depth && open->is_object[open->depth - 1];
    switch (class) {
    case colon_mark:
        if (!in_object || open->phase == behind_colon) return false;
        open->phase = behind_colon;
        return true;
    case comma_mark:
        if (in_object) {
            if (open->phase != behind_colon) return false;
            open->phase = behind_comma;
        }
        return true;
    case open_object:
    case open_list:
        if (open->depth == sluice_json_depth || (in_object && open->phase != behind_colon)) return false;
        if (open->depth && (before == close_object || before == close_list)) return false;
        open->opened[open->depth] = position;
        open->is_object[open->depth] = class == open_object;
        open->depth++;
        open->phase = at_start;
        return true;
    case close_object:
    case close_list: {
        if (!open->depth || in_object != (class == close_object)) return false;
        uint32_t partner = open->opened[open->depth - 1];
        if (in_object && open->phase == behind_comma) return false;
        if (in_object && open->phase == at_start && !is_blank(bytes + index->places[partner] + 1, bytes + index->places[position])) return false;
        index->partners[partner] = position;
        open->depth--;
        open->phase = behind_colon;
        return true;
    }
    default: return false;
    }
}

/// Whether something is wrong in a block that a record has a part of; `fault` moves on.
SLUICE_INLINE bool meets_fault(uint32_t start, uint32_t end, const uint32_t **fault, const uint32_t *faults_end) {
    while (*fault < faults_end && **fault + 64 <= start) ++*fault;
    return *fault < faults_end && **fault < end;
}

static void split_lines(const search *s, sluice_json_result *result) {
    const sluice_json_index *index = s->index;
    const uint32_t *fault = index->faults;
    uint32_t count = (uint32_t)(s->places - index->places), position = 0;
    uint32_t line = 0;
    size_t start = 0, found = 0;
    while (start < s->count && found < index->record_capacity) {
        nesting open = {.depth = 0};
        uint32_t first = position;
        bool is_regular = position < count && s->bytes[index->places[position]] == '{';
        uint8_t before = line_end, class = line_end;
        for (; position < count; position++) {
            class = classes[s->bytes[index->places[position]]];
            if (class == line_end) break;
            if (is_regular && position > first && !open.depth) is_regular = false;
            is_regular = is_regular && follow(&open, class, position, before, s->bytes, index);
            before = class;
        }
        size_t end = position < count ? index->places[position] : s->count;
        if (open.depth || first == position) is_regular = false;
        if (meets_fault((uint32_t)start, (uint32_t)end + 1, &fault, s->faults)) is_regular = false;
        if (is_regular || !is_blank(s->bytes + start, s->bytes + end)) {
            index->records[found++] = (sluice_json_record){(uint32_t)start, (uint32_t)end, first, line, is_regular};
        }
        line++;
        start = position < count ? end + 1 : end;
        position++;
    }
    result->records = found;
    result->end = start;
}

static void split_values(const search *s, bool are_elements, sluice_json_result *result) {
    const sluice_json_index *index = s->index;
    uint32_t count = (uint32_t)(s->places - index->places), position = 0;
    size_t found = 0;
    bool is_due = true;
    result->is_stopped = s->is_stopped;
    while (position < count && found < index->record_capacity) {
        uint32_t first = position, start = index->places[position];
        uint8_t class = classes[s->bytes[start]];
        if (are_elements && !is_due) {
            if (class != comma_mark) {
                result->is_closed = class == close_list;
                result->is_stopped |= !result->is_closed;
                break;
            }
            is_due = true;
            position++;
            continue;
        }
        nesting open = {.depth = 0};
        uint8_t before = comma_mark;
        bool is_regular = class == open_object;
        while (is_regular) {
            is_regular = follow(&open, class, position, before, s->bytes, index);
            position++;
            if (!open.depth || position == count) break;
            before = class;
            class = classes[s->bytes[index->places[position]]];
        }
        if (!is_regular) result->is_stopped = 1;
        if (!is_regular || open.depth) break;
        size_t end = index->places[position - 1] + 1;
        index->records[found++] = (sluice_json_record){start, (uint32_t)end, first, 0, 1};
        result->end = end;
        is_due = !are_elements;
    }
    result->records = found;
}

// MARK: Entry

void sluice_json_scan(const uint8_t *bytes, size_t count, int layout, const sluice_json_index *index, sluice_json_result *result) {
    *result = (sluice_json_result){0};
    search s = {
        .bytes = bytes, .count = count, .index = index, .places = index->places, .faults = index->faults, .state = start_of_text,
        .in_lines = layout == sluice_json_lines};
    memset(index->escapes, 0, (count + 128 + 63) / 64 / 8 + 8);
#if defined(__x86_64__)
    if (sluice_json_has_avx512()) {
        result->is_text = sluice_json_find_structure_avx512(&s);
    } else if (sluice_json_has_avx2()) {
        result->is_text = sluice_json_find_structure_avx2(&s);
    } else
#endif
    {
        find_structure_portable(&s);
        result->is_text = is_text_portable(bytes, count);
    }
    if (s.state.inside && s.in_lines) *s.faults++ = (uint32_t)(count ? count - 1 : 0);
    if (s.in_lines) {
        split_lines(&s, result);
    } else {
        split_values(&s, layout == sluice_json_elements, result);
    }
}

size_t sluice_json_lines_end(const uint8_t *bytes, size_t count, size_t lines, size_t *found) {
    size_t at = 0, seen = 0;
    while (seen < lines && at < count) {
        const uint8_t *feed = memchr(bytes + at, '\n', count - at);
        if (!feed) break;
        at = (size_t)(feed - bytes) + 1;
        seen++;
    }
    *found = seen;
    return at;
}
