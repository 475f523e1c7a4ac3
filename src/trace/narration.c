// The tools of the narration and its entry; plain text for the terminal.
#include "narration.h"

#include "narration_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- saying ---

void say(struct teller *teller, const char *format, ...) {
    size_t size = sizeof teller->out->text;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(teller->out->text + teller->used, size - teller->used, format, args);
    va_end(args);
    if (n < 0) return;
    teller->used += (size_t)n;
    if (teller->used >= size) teller->used = size - 1;
}

void end_first(struct teller *teller) {
    if (teller->out->first == 0) teller->out->first = (int)teller->used;
}

void say_number(struct teller *teller, const char *tensor, int row, int column, double value, int digits) {
    struct narration *out = teller->out;
    if (out->count == NARRATION_VALUES) {
        say(teller, "%.*f", digits, value);
        return;
    }
    out->values[out->count] = (struct narration_value){tensor, row, column, value, digits};
    say(teller, "**\x01%d\x02**", out->count++);
}

static void say_maths(struct teller *teller, int slot, int t0, bool grad) {
    char text[160] = "";
    struct pen_out sink = {text, sizeof text, 0};
    const struct net_spec *spec = &teller->record->layout.spec;
    struct label_pen pen = {.out = &sink,
                            .cell = teller->cell,
                            .style = {teller->notation, false},
                            .layer = teller->layer,
                            .direction = teller->direction,
                            .layers = spec->layers,
                            .directions = spec->directions};
    if (grad)
        put_grad(&pen, slot, t0, LABEL_NO_UNIT, NULL);
    else
        put_slot(&pen, slot, t0, LABEL_NO_UNIT, NULL);
    say(teller, "$%s$", text);
}

void say_slot(struct teller *teller, int slot, int t0) {
    say_maths(teller, slot, t0, false);
}
void say_grad(struct teller *teller, int slot, int t0) {
    say_maths(teller, slot, t0, true);
}

static void say_text(struct teller *teller, const char *text, const char *word, int number) {
    char words[96];
    label_words(words, sizeof words, text, word, number);
    say(teller, "%s", words);
}

void say_symbol(struct teller *teller, int symbol) {
    say_text(teller, record_symbol(teller->record, symbol), "symbol", symbol);
}

void say_answer(struct teller *teller, int output) {
    const struct record *record = teller->record;
    if (record->layout.spec.output != OUTPUT_SOFTMAX && !record->answers)
        say(teller, "output %d", output + 1);
    else
        say_text(teller, record_answer(record, output), "symbol", output);
}

const double *values_at(const struct teller *teller, int slot, int t) {
    return tape_value(teller->record->tape, teller->layer, teller->direction, slot, t);
}

const double *gradient_at(const struct teller *teller, enum record_kind kind, int slot, int t) {
    const struct tape *tape = teller->record->tape;
    int state = state_of(teller->cell, slot);
    if (kind == RECORD_FROM_LOSS) return tape_from_loss(tape, teller->layer, teller->direction, state, t);
    if (kind == RECORD_FROM_FUTURE) return tape_from_future(tape, teller->layer, teller->direction, state, t);
    return tape_grad(tape, teller->layer, teller->direction, slot, t);
}

void say_value(struct teller *teller, int slot, int t, int unit, int digits) {
    if (teller->out->unit == 0) teller->out->unit = unit + 1;
    const char *name = record_name(teller->record, RECORD_FORWARD, teller->layer, teller->direction, slot);
    say_number(teller, name, t, unit, values_at(teller, slot, t)[unit], digits);
}

void say_gradient(struct teller *teller, enum record_kind kind, int slot, int t, int unit, int digits) {
    if (teller->out->unit == 0) teller->out->unit = unit + 1;
    const char *name = record_name(teller->record, kind, teller->layer, teller->direction, slot);
    say_number(teller, name, t, unit, gradient_at(teller, kind, slot, t)[unit], digits);
}

void say_norm(struct teller *teller, enum record_kind kind, int slot, int t) {
    const char *name = record_norm_name(teller->record, kind, teller->layer, teller->direction, slot);
    double norm = record_norm(gradient_at(teller, kind, slot, t), teller->H);
    say_number(teller, name, t, -1, norm, digits_of(norm));
}

// --- choosing ---

int digits_of(double value) {
    double size = fabs(value);
    if (!isfinite(size) || size == 0 || size >= 0.0995) return size >= 1000 ? 0 : size >= 100 ? 1 : 2;
    int digits = 3;
    while (digits < 9 && size < 0.995 * pow(10, 1 - digits))
        digits++;
    return digits;
}

// Rounded terms that do not add up to the rounded total look like a mistake: digits are added until they do.
int digits_of_sum(const double *terms, int count, double total, int from) {
    for (int digits = from; digits < from + 5; digits++) {
        double unit = pow(10, digits), sum = 0;
        for (int i = 0; i < count; i++)
            sum += round(terms[i] * unit);
        if (fabs(sum - round(total * unit)) < 0.5) return digits;
    }
    return from;
}

int largest_of(const double *values, int n) {
    int best = 0;
    for (int i = 1; i < n; i++)
        if (fabs(values[i]) > fabs(values[best])) best = i;
    return best;
}

int most_of(const double *values, int n, int way) {
    int best = 0;
    for (int i = 1; i < n; i++)
        if (way * values[i] > way * values[best]) best = i;
    return best;
}

int chosen_unit(const struct teller *teller, const double *values) {
    return teller->unit >= 0 ? teller->unit : largest_of(values, teller->H);
}

int state_of(const struct cell_desc *cell, int slot) {
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_out[s] == slot) return s;
    return -1;
}

// --- the entry ---

static const char *plural(int count) {
    return count == 1 ? "" : "s";
}

static void tell_start(struct teller *teller) {
    const struct record *whole = teller->record->whole;
    const struct net_spec *spec = &whole->layout.spec;
    int T = record_T(whole);
    say(teller, "**Ready.** The %s of %d unit%s", teller->cell->title, spec->hidden, plural(spec->hidden));
    if (spec->layers > 1) say(teller, " in each of %d layers", spec->layers);
    if (whole->encoder) {
        int S = record_T(whole->encoder);
        say(teller, " is about to read %d timestep%s, and a second one to write %d.", S, plural(S), T);
    } else
        say(teller, " is about to read %d timestep%s.", T, plural(T));
    end_first(teller);
    say(teller, " Step forward to see the first operation.");
}

// The units of the running part's result that were set by hand.
static int held_units(const struct teller *teller, int slot, int *first) {
    int count = 0;
    for (int i = 0; i < teller->H; i++)
        if (tape_clamp_at(teller->record->tape, teller->layer, teller->direction, slot, teller->t, i) && count++ == 0)
            *first = i;
    return count;
}

static void say_held(struct teller *teller, int slot, int unit, const char *who, const char *are) {
    const struct clamp *clamp =
        tape_clamp_at(teller->record->tape, teller->layer, teller->direction, slot, teller->t, unit);
    if (clamp->like) {
        say(teller, "%s %s frozen by hand at what %s without edits", who, are, are[0] == 'i' ? "it was" : "they were");
        return;
    }
    say(teller, "%s %s held at ", who, are);
    say_value(teller, slot, teller->t, unit, digits_of(clamp->value));
    say(teller, " by hand");
}

// Where a hand holds the result of a part: all of it (then nothing else counts), or some units.
static void tell_step(struct teller *teller, void (*tell)(struct teller *)) {
    const struct step *step = teller->step;
    int slot = step->kind == STEP_PART ? teller->cell->parts[step->part].result : -1, first = -1;
    int held = slot >= 0 ? held_units(teller, slot, &first) : 0;
    if (held == teller->H) {
        say_held(teller, slot, first, teller->H == 1 ? "The unit" : "All units", teller->H == 1 ? "is" : "are");
        say(teller, "; what comes in changes nothing here.");
        return;
    }
    tell(teller);
    if (held == 0) return;
    char who[48];
    end_first(teller);
    snprintf(who, sizeof who, " Unit %d", first + 1);
    say_held(teller, slot, first, who, "is");
    if (held > 1) say(teller, ", as are %d more", held - 1);
    say(teller, ".");
}

void narrate(struct narration *out, const struct record *record, const struct script *script, int position, int unit,
             enum notation notation) {
    static void (*const kinds[STEP_KIND_COUNT])(struct teller *) = {
        [STEP_EMBED] = tell_embed,
        [STEP_EMBED_BACK] = tell_embed_back,
        [STEP_HAND_OVER] = tell_hand_over,
        [STEP_INPUT] = tell_input,
        [STEP_PART] = tell_part,
        [STEP_OUTPUT] = tell_output,
        [STEP_LOSS] = tell_loss,
        [STEP_OUTPUT_BACK] = tell_output_back,
        [STEP_FROM_LOSS] = tell_from_loss,
        [STEP_FROM_FUTURE] = tell_from_future,
        [STEP_SUM] = tell_sum,
        [STEP_PART_BACK] = tell_part_back,
        [STEP_CLIP] = tell_clip,
        [STEP_UPDATE] = tell_update,
    };
    *out = (struct narration){0};
    const struct step *step = script_running(script, position);
    struct teller teller = {.out = out,
                            .record = record_side(record, step && step->encoder),
                            .cell = record_cell(record),
                            .step = step,
                            .notation = notation,
                            .H = record_H(record),
                            .layer = step ? step->layer : 0,
                            .direction = step ? step->direction : 0,
                            .t = step ? step->t : 0};
    teller.unit = unit >= 0 && unit < teller.H ? unit : -1;
    if (!step) {
        tell_start(&teller);
        return;
    }
    char title[128];
    step_title(record, step, title, sizeof title);
    say(&teller, "**%s.** ", title);
    tell_step(&teller, kinds[step->kind]);
    end_first(&teller);
}

// --- plain text ---

struct plain {
    char *out;
    size_t size, used;
};

static void put_bytes(struct plain *plain, const char *text, size_t length) {
    for (size_t i = 0; i < length && plain->used + 1 < plain->size; i++)
        plain->out[plain->used++] = text[i];
    if (plain->size) plain->out[plain->used < plain->size ? plain->used : plain->size - 1] = '\0';
}

static void put_string(struct plain *plain, const char *text) {
    put_bytes(plain, text, strlen(text));
}

static void put_number(struct plain *plain, const struct narration_value *value) {
    char text[64];
    snprintf(text, sizeof text, "%.*f", value->digits, value->value);
    bool negative = text[0] == '-';
    if (negative && strspn(text + 1, "0.") != strlen(text + 1)) put_string(plain, "\u2212");
    put_string(plain, text + negative);
}

// One word of maths markup at \: what it is written as, and whether its group (copied as it is) wants
// something behind it.
static const char *put_word(struct plain *plain, const char *at) {
    static const struct {
        const char *word, *text, *behind;
    } words[] = {{"Gamma", "Γ", NULL}, {"sigma", "σ", NULL}, {"partial", "∂", NULL}, {"tanh", "tanh", NULL},
                 {"ln", "ln", NULL},   {"odot", "*", NULL},  {"times", "×", NULL},   {"cdot", "·", NULL},
                 {"to", "->", NULL},   {"gets", "<-", NULL}, {"hat", "", "_hat"},    {"tilde", "", "~"},
                 {"norm", "|", "|"},   {"t", "", ""}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        char next = at[1 + length];
        if (strncmp(at + 1, words[i].word, length) != 0 || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'))
            continue;
        put_string(plain, words[i].text);
        at += 1 + length;
        if ((strcmp(words[i].word, "to") == 0 || strcmp(words[i].word, "gets") == 0) && *at == ' ') at++;
        if (!words[i].behind || *at != '{') return at;
        const char *end = strchr(at, '}');
        if (!end) return at;
        put_bytes(plain, at + 1, (size_t)(end - at - 1));
        put_string(plain, words[i].behind);
        return end + 1;
    }
    return at + 1;
}

// "$\Gamma_f^{<4>}$" becomes "Γ_f<4>": braces and the mark of a time index are left out.
static const char *put_maths(struct plain *plain, const char *at) {
    while (*at && *at != '$') {
        if (*at == '\\')
            at = put_word(plain, at);
        else if (*at == '{' || *at == '}')
            at++;
        else if (*at == '^' && strncmp(at, "^{<", 3) == 0)
            at++;
        else
            put_bytes(plain, at++, 1);
    }
    return *at == '$' ? at + 1 : at;
}

void narrate_plain(const struct narration *narration, char *out, size_t size) {
    if (size == 0) return;
    out[0] = '\0';
    struct plain plain = {out, size, 0};
    const char *at = narration->text;
    while (*at) {
        if (at[0] == '*' && at[1] == '*') {
            at += 2;
        } else if (*at == '\x01') {
            int k = atoi(at + 1);
            if (k >= 0 && k < narration->count) put_number(&plain, &narration->values[k]);
            const char *end = strchr(at, '\x02');
            at = end ? end + 1 : at + strlen(at);
        } else if (*at == '$') {
            at = put_maths(&plain, at + 1);
        } else if (*at == '`') {
            at++;
        } else {
            put_bytes(&plain, at++, 1);
        }
    }
}
