#include "clamp.h"
#include "check.h"
#include "tape.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool holds(const struct tape *tape, const struct clamp *clamp, int layer, int direction, int slot, int t) {
    return clamp->encoder == (tape->decoder != NULL) && clamp->slot == slot && t >= clamp->from && t <= clamp->to &&
           (clamp->layer < 0 || clamp->layer == layer) && (clamp->direction < 0 || clamp->direction == direction);
}

void clamps_keep(struct tape *tape, const struct clamps *clamps) {
    tape->clamps.count = 0;
    if (!clamps) return;
    check(clamps->count >= 0 && clamps->count <= CLAMP_MAX, "%d clamps", clamps->count);
    tape->clamps = *clamps;
}

double tape_clamp_grad(const struct tape *tape, int i) {
    check(i >= 0 && i < tape->clamps.count, "clamp %d of %d", i, tape->clamps.count);
    return tape->clamps.list[i].encoder && tape->encoder ? tape->encoder->clamp_grad[i] : tape->clamp_grad[i];
}

bool tape_has_clamps(const struct tape *tape) {
    return tape->clamps.count > 0;
}

bool tape_clamped(const struct tape *tape, int layer, int direction, int slot, int t, int unit) {
    for (int i = 0; i < tape->clamps.count; i++) {
        const struct clamp *clamp = &tape->clamps.list[i];
        if (holds(tape, clamp, layer, direction, slot, t) && (clamp->unit < 0 || clamp->unit == unit)) return true;
    }
    return false;
}

// The units of a clamp in a row that is `width` wide.
static void span_of(const struct clamp *clamp, int width, int *first, int *end) {
    check(clamp->unit < width, "unit %d of %d", clamp->unit, width);
    *first = clamp->unit < 0 ? 0 : clamp->unit;
    *end = clamp->unit < 0 ? width : clamp->unit + 1;
}

void clamp_values(const struct tape *tape, int layer, int direction, int slot, int t, double *row) {
    for (int i = 0; i < tape->clamps.count; i++) {
        const struct clamp *clamp = &tape->clamps.list[i];
        if (!holds(tape, clamp, layer, direction, slot, t)) continue;
        int first, end;
        span_of(clamp, slot_width(tape, layer, slot), &first, &end);
        const struct tape *like =
            clamp->like && clamp->encoder && clamp->like->encoder ? clamp->like->encoder : clamp->like;
        const double *was = like ? tape_value(like, layer, direction, slot, t) : NULL;
        for (int k = first; k < end; k++)
            row[k] = was ? was[k] : clamp->value;
    }
}

int tape_clamp_count(const struct tape *tape) {
    return tape->clamps.count;
}

const struct clamp *tape_clamp_at(const struct tape *tape, int layer, int direction, int slot, int t, int unit) {
    for (int i = tape->clamps.count - 1; i >= 0; i--) {
        const struct clamp *clamp = &tape->clamps.list[i];
        if (!holds(tape, clamp, layer, direction, slot, t)) continue;
        if (unit < 0 || clamp->unit < 0 || clamp->unit == unit) return clamp;
    }
    return NULL;
}

// From the last to the first: what the last one held back, an earlier one did not.
void clamp_gradients(const struct tape *tape, int layer, int direction, int slot, int t, double *rows, int count,
                     double *taken) {
    for (int i = tape->clamps.count - 1; i >= 0; i--) {
        const struct clamp *clamp = &tape->clamps.list[i];
        if (!holds(tape, clamp, layer, direction, slot, t)) continue;
        int first, end, width = slot_width(tape, layer, slot);
        span_of(clamp, width, &first, &end);
        for (int r = 0; r < count; r++) {
            double *row = rows + (size_t)r * (size_t)width;
            for (int k = first; k < end; k++) {
                if (taken) taken[i] += row[k];
                row[k] = 0.0;
            }
        }
    }
}

// How many units a clamp can name: of the input those of its layer, or of the narrowest one where it names none.
static int width_named(const struct clamp *clamp, const struct net_spec *spec) {
    int width = spec->hidden;
    for (int l = 0; clamp->slot == net_cell(spec)->input && l < spec->layers; l++)
        if (clamp->layer == l || (clamp->layer < 0 && (l == 0 || net_layer_inputs(spec, l) < width)))
            width = net_layer_inputs(spec, l);
    return width;
}

// spec, T: of the side that is clamped.
static bool check_one(const struct clamp *clamp, const struct net_spec *spec, int T, struct err *err) {
    const struct cell_desc *cell = net_cell(spec);
    if (clamp->slot < 0 || clamp->slot >= cell->slot_count)
        return err_set(err, ERR_VALUE, "a clamp's slot must be 0 to %d, found %d", cell->slot_count - 1, clamp->slot);
    const char *id = cell->slots[clamp->slot].id;
    if (clamp->layer < -1 || clamp->layer >= spec->layers)
        return err_set(err, ERR_VALUE, "the clamp of %s: expected a layer below %d, found %d", id, spec->layers,
                       clamp->layer);
    if (clamp->direction < -1 || clamp->direction >= spec->directions)
        return err_set(err, ERR_VALUE, "the clamp of %s: this network has no direction %d", id, clamp->direction);
    int width = width_named(clamp, spec);
    if (clamp->unit < -1 || clamp->unit >= width)
        return err_set(err, ERR_VALUE, "the clamp of %s: expected a unit from 1 to %d, found %d", id, width,
                       clamp->unit + 1);
    if (clamp->from < 0 || clamp->to < clamp->from || clamp->to >= T)
        return err_set(err, ERR_VALUE, "the clamp of %s: expected timesteps from 1 to %d, found %d-%d", id, T,
                       clamp->from + 1, clamp->to + 1);
    if (!isfinite(clamp->value)) return err_set(err, ERR_VALUE, "the clamp of %s: expected a finite value", id);
    return true;
}

bool clamps_check_pair(const struct clamps *clamps, const struct net_spec *spec, int source_T, int T, struct err *err) {
    if (clamps->count < 0 || clamps->count > CLAMP_MAX)
        return err_set(err, ERR_LIMIT, "expected at most %d clamps, found %d", CLAMP_MAX, clamps->count);
    bool pair = spec->kind == NET_ENCODER_DECODER;
    struct net_spec encoder = net_encoder_spec(spec), decoder = pair ? net_decoder_spec(spec) : *spec;
    for (int i = 0; i < clamps->count; i++) {
        const struct clamp *clamp = &clamps->list[i];
        if (clamp->encoder && !pair)
            return err_set(err, ERR_VALUE, "a clamp of the encoder: a %s network has none", net_kind_names[spec->kind]);
        if (!check_one(clamp, clamp->encoder ? &encoder : &decoder, clamp->encoder ? source_T : T, err)) return false;
    }
    return true;
}

bool clamps_check(const struct clamps *clamps, const struct net_spec *spec, int T, struct err *err) {
    return clamps_check_pair(clamps, spec, T, T, err);
}

// --- from text ---

static bool wrong_words(const char *word, struct err *err) {
    return err_set(err, ERR_USAGE, "expected SLOT[:UNIT]@A[-B]=VALUE, as gate_f:2@3-5=0; found \"%s\"", word);
}

// A number from 1 to a million after `skip` characters; moves *at behind it.
static bool read_count(const char **at, int skip, int *out) {
    char *end;
    *at += skip;
    if (**at < '0' || **at > '9') return false;
    long value = strtol(*at, &end, 10);
    if (value < 1 || value > 1000000) return false;
    *at = end;
    *out = (int)value - 1;
    return true;
}

// "encoder/", "decoder/": of encoder-decoders only.
static bool read_side(const char **at, const struct net_spec *spec, struct clamp *clamp, struct err *err) {
    static const char *const sides[2] = {"decoder/", "encoder/"};
    clamp->encoder = false;
    for (int k = 0; k < 2; k++) {
        size_t length = strlen(sides[k]);
        if (strncmp(*at, sides[k], length) != 0) continue;
        if (spec->kind != NET_ENCODER_DECODER)
            return err_set(err, ERR_VALUE, "a %s network has no \"%s\"", net_kind_names[spec->kind], sides[k]);
        clamp->encoder = k == 1;
        *at += length;
        return true;
    }
    return true;
}

// "l0/", "l1_reverse/"; without it every layer and direction.
static bool read_track(const char **at, struct clamp *clamp) {
    const char *slash = strchr(*at, '/'), *p = *at;
    clamp->layer = clamp->direction = -1;
    if (!slash) return true;
    if (*p++ != 'l' || *p < '0' || *p > '9') return false;
    char *end;
    long layer = strtol(p, &end, 10);
    clamp->direction = strncmp(end, "_reverse", 8) == 0;
    if (end + (clamp->direction ? 8 : 0) != slash || layer > NET_MAX_LAYERS) return false;
    clamp->layer = (int)layer;
    *at = slash + 1;
    return true;
}

static bool parse_one(struct clamp *clamp, const char *word, const struct net_spec *spec, struct err *err) {
    const struct cell_desc *cell = net_cell(spec);
    const char *at = word;
    if (!read_side(&at, spec, clamp, err)) return false;
    if (!read_track(&at, clamp)) return wrong_words(word, err);
    char id[64];
    size_t length = strcspn(at, ":@=");
    if (length == 0 || length >= sizeof id) return wrong_words(word, err);
    memcpy(id, at, length);
    id[length] = 0;
    clamp->slot = cell_slot_by_id(cell, id);
    if (clamp->slot < 0) {
        char known[256] = "";
        for (int k = 0; k < cell->slot_count; k++) {
            size_t used = strlen(known);
            snprintf(known + used, sizeof known - used, "%s%s", k ? ", " : "", cell->slots[k].id);
        }
        return err_set(err, ERR_VALUE, "the cell %s has no slot \"%s\"; it has %s", cell->name, id, known);
    }
    at += length;
    clamp->unit = -1;
    if (*at == ':' && !read_count(&at, 1, &clamp->unit)) return wrong_words(word, err);
    if (*at != '@' || !read_count(&at, 1, &clamp->from)) return wrong_words(word, err);
    clamp->to = clamp->from;
    if (*at == '-' && !read_count(&at, 1, &clamp->to)) return wrong_words(word, err);
    if (*at++ != '=' || !*at) return wrong_words(word, err);
    char *end;
    clamp->value = strtod(at, &end);
    return end != at && *end == 0 ? true : wrong_words(word, err);
}

bool clamps_parse(struct clamps *clamps, const char *text, const struct net_spec *spec, int T, struct err *err) {
    return clamps_parse_pair(clamps, text, spec, T, T, err);
}

bool clamps_parse_pair(struct clamps *clamps, const char *text, const struct net_spec *spec, int source_T, int T,
                       struct err *err) {
    while (true) {
        char word[128];
        size_t length = strcspn(text, ",");
        if (length >= sizeof word) return wrong_words(text, err);
        memcpy(word, text, length);
        word[length] = 0;
        if (clamps->count >= CLAMP_MAX)
            return err_set(err, ERR_LIMIT, "expected at most %d clamps, found more", CLAMP_MAX);
        if (!parse_one(&clamps->list[clamps->count], word, spec, err)) return false;
        clamps->count++;
        if (!text[length]) return clamps_check_pair(clamps, spec, source_T, T, err);
        text += length + 1;
    }
}
