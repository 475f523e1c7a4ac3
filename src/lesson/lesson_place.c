// Places in a script by words: "start", "end", "forward t=4 gate_f", "loss t=2", "backward t=3 sum a",
// "clip", "update f bias". Words that are left out match any step; the place's position is behind the last
// step that matches.
#include "lesson_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const phases[PHASE_COUNT] = {"forward", "loss", "backward", "clip", "update"};

// What a word says in a phase: a kind of step; state: a state's name may follow.
static const struct {
    enum phase phase;
    const char *word;
    enum step_kind kind;
    bool state;
} kinds[] = {
    {PHASE_FORWARD, "input", STEP_INPUT, false},
    {PHASE_FORWARD, "embed", STEP_EMBED, false},
    {PHASE_FORWARD, "hand_over", STEP_HAND_OVER, false},
    {PHASE_BACKWARD, "embed", STEP_EMBED_BACK, false},
    {PHASE_FORWARD, "output", STEP_OUTPUT, false},
    {PHASE_BACKWARD, "output", STEP_OUTPUT_BACK, false},
    {PHASE_BACKWARD, "from_loss", STEP_FROM_LOSS, true},
    {PHASE_BACKWARD, "from_future", STEP_FROM_FUTURE, true},
    {PHASE_BACKWARD, "sum", STEP_SUM, true},
};

static bool word_is(const char *at, size_t length, const char *word) {
    return strlen(word) == length && strncmp(at, word, length) == 0;
}

static bool read_number(const char *words, const char *at, size_t length, const char *key, int limit, int *out,
                        struct err *err) {
    size_t skip = strlen(key) + 1;
    char *end;
    long n = strtol(at + skip, &end, 10);
    if (end != at + length || !isdigit((unsigned char)at[skip]) || n < 1 || (limit > 0 && n > limit))
        return lesson_err_in(err, words, at, "expected %s=1 to %d%s, found \"%.*s\"", key, limit,
                             *key == 't' ? " or t=last" : "", (int)length, at);
    *out = (int)n - 1;
    return true;
}

static bool state_word(const char *at, size_t length, const struct lesson_shape *shape, struct lesson_place *out) {
    for (int k = 0; k < shape->cell_count; k++)
        for (int s = 0; s < shape->cells[k]->state_count; s++)
            if (word_is(at, length, shape->cells[k]->slots[shape->cells[k]->state_out[s]].id))
                return out->state = s, true;
    return false;
}

static bool part_word(const char *at, size_t length, const struct lesson_shape *shape, struct lesson_place *out) {
    for (int k = 0; k < shape->cell_count; k++)
        for (int p = 0; p < shape->cells[k]->part_count; p++)
            if (word_is(at, length, shape->cells[k]->parts[p].id)) {
                out->kind = out->phase == PHASE_FORWARD ? STEP_PART : STEP_PART_BACK;
                out->part = p;
                return true;
            }
    return false;
}

static bool block_word(const char *at, size_t length, const struct lesson_shape *shape, struct lesson_place *out) {
    if (word_is(at, length, "bias")) return out->bias = 1, true;
    if (word_is(at, length, "weights")) return out->bias = 0, true;
    if (word_is(at, length, "y") || word_is(at, length, "embed")) { // steps without a layer
        out->layer = LESSON_SELECTED;
        out->block = word_is(at, length, "y") ? BLOCK_HEAD : BLOCK_EMBED;
        return true;
    }
    for (int k = 0; k < shape->cell_count; k++)
        for (int b = 0; b < shape->cells[k]->block_count; b++)
            if (word_is(at, length, shape->cells[k]->blocks[b].id)) return out->block = b, true;
    return false;
}

static bool kind_word(const char *at, size_t length, struct lesson_place *out, bool *state) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].phase == out->phase && word_is(at, length, kinds[i].word)) {
            out->kind = (int)kinds[i].kind;
            *state = kinds[i].state;
            return true;
        }
    return false;
}

static bool known_words(char *buffer, size_t size, const struct lesson_place *place, const struct lesson_shape *shape) {
    size_t used = 0;
    const struct cell_desc *cell = shape->cell_count ? shape->cells[0] : NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].phase == place->phase) used += (size_t)snprintf(buffer + used, size - used, "%s, ", kinds[i].word);
    if (place->phase == PHASE_FORWARD || place->phase == PHASE_BACKWARD)
        for (int p = 0; cell && p < cell->part_count; p++)
            used += (size_t)snprintf(buffer + used, size - used, "%s, ", cell->parts[p].id);
    if (place->phase == PHASE_UPDATE) {
        for (int b = 0; cell && b < cell->block_count; b++)
            used += (size_t)snprintf(buffer + used, size - used, "%s, ", cell->blocks[b].id);
        used += (size_t)snprintf(buffer + used, size - used, "y, embed, weights, bias, ");
    }
    snprintf(buffer + used, size - used,
             place->phase == PHASE_CLIP || place->phase == PHASE_UPDATE ? "or nothing more"
                                                                        : "t=, layer=, reverse, encoder or decoder");
    return true;
}

static bool place_word(const char *words, const char *at, size_t length, const struct lesson_shape *shape,
                       struct lesson_place *out, bool *state, struct err *err) {
    bool cells = out->phase == PHASE_FORWARD || out->phase == PHASE_BACKWARD, timed = cells || out->phase == PHASE_LOSS;
    const int T = out->encoder == 1 ? shape->encoder.T : shape->T;
    if (out->phase != PHASE_LOSS && (word_is(at, length, "encoder") || word_is(at, length, "decoder")))
        return out->encoder = *at == 'e', true;
    if (timed && strncmp(at, "t=", 2) == 0) {
        if (word_is(at, length, "t=last")) return out->t = T > 0 ? T - 1 : 0, true;
        return read_number(words, at, length, "t", T, &out->t, err);
    }
    if (cells && strncmp(at, "layer=", 6) == 0)
        return read_number(words, at, length, "layer", shape->layers, &out->layer, err);
    if (cells && word_is(at, length, "reverse")) return out->direction = 1, true;
    if (*state && state_word(at, length, shape, out)) return *state = false, true;
    if (out->kind < 0 && kind_word(at, length, out, state)) return true;
    if (cells && out->kind < 0 && part_word(at, length, shape, out)) return true;
    if (out->phase == PHASE_UPDATE && block_word(at, length, shape, out)) return true;
    char known[384];
    known_words(known, sizeof known, out, shape);
    return lesson_err_in(err, words, at, "expected %s behind \"%s\", found \"%.*s\"", known, phases[out->phase],
                         (int)length, at);
}

bool lesson_place_parse(const char *words, const struct lesson_shape *shape, struct lesson_place *out,
                        struct err *err) {
    *out = (struct lesson_place){.t = -1,
                                 .layer = -1,
                                 .direction = -1,
                                 .kind = -1,
                                 .part = -1,
                                 .state = -1,
                                 .block = PLACE_ANY_BLOCK,
                                 .bias = -1,
                                 .encoder = -1};
    const char *at = words + strspn(words, " ");
    bool first = true, state = false;
    while (*at) {
        size_t length = strcspn(at, " ");
        if (first) {
            int phase = 0;
            while (phase < PHASE_COUNT && !word_is(at, length, phases[phase]))
                phase++;
            bool start = word_is(at, length, "start"), end = word_is(at, length, "end");
            if (phase == PHASE_COUNT && !start && !end)
                return lesson_err_in(err, words, at,
                                     "expected start, end, forward, loss, backward, clip or update, found \"%.*s\"",
                                     (int)length, at);
            out->whole = start ? PLACE_START : end ? PLACE_END : PLACE_STEPS;
            out->phase = phase < PHASE_COUNT ? (enum phase)phase : PHASE_FORWARD;
            first = false;
        } else if (out->whole != PLACE_STEPS) {
            return lesson_err_in(err, words, at, "expected nothing behind \"start\" or \"end\", found \"%s\"", at);
        } else if (!place_word(words, at, length, shape, out, &state, err)) {
            return false;
        }
        at += length + strspn(at + length, " ");
    }
    if (first) return lesson_err_in(err, words, at, "expected a place such as \"forward t=4\", found nothing");
    return true;
}

static bool step_matches(const struct lesson_place *place, const struct step *step) {
    if (place->phase != step->phase) return false;
    if (place->layer == LESSON_SELECTED && step->layer >= 0) return false;
    const int pairs[][2] = {{place->t, step->t},
                            {place->layer == LESSON_SELECTED ? -1 : place->layer, step->layer},
                            {place->direction, step->direction},
                            {place->kind, (int)step->kind},
                            {place->part, step->part},
                            {place->state, step->state},
                            {place->bias, step->bias},
                            {place->encoder, step->encoder}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i][0] >= 0 && pairs[i][0] != pairs[i][1]) return false;
    return place->block == PLACE_ANY_BLOCK || step->block == place->block;
}

bool lesson_place_matches(const struct lesson_place *place, const struct script *script, int position) {
    if (place->whole == PLACE_START) return position == 0;
    if (place->whole == PLACE_END) return position == script->count;
    return position > 0 && position <= script->count && step_matches(place, &script->steps[position - 1]);
}

int lesson_place_end(const struct lesson_place *place, const struct script *script) {
    if (place->whole == PLACE_START) return 0;
    if (place->whole == PLACE_END) return script->count;
    for (int p = script->count; p > 0; p--)
        if (step_matches(place, &script->steps[p - 1])) return p;
    return -1;
}

bool lesson_find_position(const char *words, const struct record *record, const struct script *script, int *position,
                          struct err *err) {
    struct lesson_shape shape = lesson_shape_of(record);
    struct lesson_place place;
    if (!lesson_place_parse(words, &shape, &place, err)) return false;
    int p = lesson_place_end(&place, script);
    if (p < 0) return lesson_err_in(err, words, words, "this network's walk has no step \"%s\"", words);
    *position = p;
    return true;
}

bool lesson_is_at(const char *words, const struct record *record, const struct script *script, int position, bool *out,
                  struct err *err) {
    struct lesson_shape shape = lesson_shape_of(record);
    struct lesson_place place;
    if (!lesson_place_parse(words, &shape, &place, err)) return false;
    *out = lesson_place_matches(&place, script, position);
    return true;
}
