// Numbers that are no tensors of the trace: sizes, training, what is sampled and measured, and how much of one
// timestep's loss arrives at another.
#include "lesson_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TAKES_T = 1, TAKES_TAU = 2, TAKES_SENTENCE = 4, TAKES_RIVAL = 8, TAKES_SYMBOL = 16 };

// Not known yet: a goal that asks for it waits.
static bool missing(struct err *err, const char *what) {
    return err_set(err, ERR_STOPPED, "%s", what);
}

static bool whole_record(const struct lesson_value *v, const struct lesson_now *now, const struct record **out,
                         struct err *err) {
    *out = lesson_record_of(v, now);
    return *out || missing(err, "there is no other network to compare yet");
}

static bool dL(const struct lesson_value *v, const struct lesson_now *now, const char *id, double *out,
               struct err *err) {
    const struct cell_desc *cell = record_cell(now->record);
    int state = 0, count = cell->state_count;
    while (state < count && strcmp(cell->slots[cell->state_out[state]].id, id) != 0)
        state++;
    if (state == count && count == 1) state = 0; // of the gated units a is c
    if (state == count) return err_set(err, ERR_VALUE, "the %s has no state \"%s\"", cell->title, id);
    const struct insight *insight = insights_itemised(now->insights, v->chain, PATH_ALL);
    if (!insight) return missing(err, "the gradients by loss are being computed");
    if (!insight->itemised) return err_set(err, ERR_VALUE, "%s", insight->err.message);
    const struct itemised *itemised = insight->itemised;
    int tau = v->plane, t = v->row;
    if (tau == LESSON_LAST) tau = itemised->taus - 1;
    if (t == LESSON_LAST) t = itemised->T - 1;
    if (tau == LESSON_SELECTED) tau = now->t;
    if (t == LESSON_SELECTED) t = now->t;
    if (tau < 0 || t < 0) return missing(err, "no timestep is selected");
    if (tau >= itemised->taus || t >= itemised->T)
        return err_set(err, ERR_VALUE, "expected tau=1 to %d and t=1 to %d, found tau=%d and t=%d", itemised->taus,
                       itemised->T, tau + 1, t + 1);
    *out = itemised_norm(itemised, state, tau, t);
    return true;
}

static bool dL_da(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return dL(v, now, "a", out, err);
}

static bool dL_dc(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return dL(v, now, "c", out, err);
}

static bool timesteps_in(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    const struct record *decoder = record_side(now->record, false), *encoder = decoder->whole->encoder;
    enum net_kind kind = decoder->layout.spec.kind;
    *out = encoder ? record_T(encoder) : kind == NET_ONE_TO_MANY ? 1 : record_T(decoder);
    return true;
}

static bool timesteps_out(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    const struct record *decoder = record_side(now->record, false);
    *out = decoder->layout.spec.kind == NET_MANY_TO_ONE ? 1 : record_T(decoder);
    return true;
}

static bool parameters(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    const struct record *record;
    if (!whole_record(v, now, &record, err)) return false;
    return *out = (double)record->layout.weights, true;
}

static bool examples(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    return *out = (double)now->examples, true;
}

static bool edits_in_force(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    return *out = now->edits ? edits_active(now->edits) : 0, true;
}

static bool known(double value, double *out, const char *what, struct err *err) {
    *out = value;
    return !isnan(value) || missing(err, what);
}

static bool updates(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return known(now->training[v->rival].updates, out, "no training is open", err);
}

static bool train_loss(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return known(now->training[v->rival].train_loss, out, "nothing is trained yet", err);
}

static bool validation_loss(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return known(now->training[v->rival].validation_loss, out, "there is no checkpoint yet", err);
}

static bool accuracy(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return known(now->training[v->rival].accuracy, out, "there is no checkpoint yet", err);
}

static bool temperature(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    return *out = now->temperature, true;
}

static bool drawn(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    return *out = now->drawn, true;
}

// A draw of the sampling view.
static const struct draw_steps *draw_of(const struct lesson_value *v, const struct lesson_now *now, struct err *err) {
    int k = v->row == LESSON_LAST ? now->drawn - 1 : v->row;
    if (now->sampling && k >= 0 && k < sampling_count(now->sampling)) return sampling_open(now->sampling, k);
    missing(err, "nothing is drawn there");
    return NULL;
}

static bool random_number(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    const struct draw_steps *draw = draw_of(v, now, err);
    if (draw) *out = draw->uniform;
    return draw != NULL;
}

// Of the symbol named, or the chosen one.
static bool place_of(const struct lesson_value *v, const struct lesson_now *now, const struct draw_steps *draw,
                     int *place, struct err *err) {
    const struct record *record = record_side(now->record, false);
    int symbol = draw->chosen;
    for (int k = 0; v->symbol[0] && k < draw->O; k++)
        if (strcmp(record_answer(record, k), v->symbol) == 0) symbol = k;
    *place = draw->place[symbol];
    if (v->symbol[0] && strcmp(record_answer(record, symbol), v->symbol) != 0)
        return err_set(err, ERR_VALUE, "expected a symbol of the vocabulary, found \"%s\"", v->symbol);
    return *place >= 0 || err_set(err, ERR_VALUE, "\"%s\" may not be drawn there", v->symbol);
}

static bool draw_step(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    (void)v, (void)err;
    return *out = now->draw_step, true;
}

static bool draw_from(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    const struct draw_steps *draw = draw_of(v, now, err);
    int place;
    if (!draw || !place_of(v, now, draw, &place, err)) return false;
    *out = place > 0 ? draw->cumulative[place - 1] : 0;
    return true;
}

static bool draw_to(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    const struct draw_steps *draw = draw_of(v, now, err);
    int place;
    if (!draw || !place_of(v, now, draw, &place, err)) return false;
    *out = draw->cumulative[place];
    return true;
}

static bool log_p(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    if (v->column < 0 || v->column >= LESSON_SENTENCES)
        return err_set(err, ERR_VALUE, "expected sentence=1 to %d, found %d", LESSON_SENTENCES, v->column + 1);
    return known(now->log_p[v->column], out, "that sentence is not measured: the view \"sentence\" does it", err);
}

static const struct live {
    const char *name;
    unsigned takes;
    bool (*value)(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err);
} live[] = {
    {"dL_da", TAKES_T | TAKES_TAU, dL_da},
    {"dL_dc", TAKES_T | TAKES_TAU, dL_dc},
    {"T_x", 0, timesteps_in},
    {"T_y", 0, timesteps_out},
    {"parameters", TAKES_RIVAL, parameters},
    {"examples", 0, examples},
    {"edits", 0, edits_in_force},
    {"updates", TAKES_RIVAL, updates},
    {"train_loss", TAKES_RIVAL, train_loss},
    {"validation_loss", TAKES_RIVAL, validation_loss},
    {"accuracy", TAKES_RIVAL, accuracy},
    {"temperature", 0, temperature},
    {"drawn", 0, drawn},
    {"random", TAKES_T, random_number},
    {"draw_step", 0, draw_step},
    {"draw_from", TAKES_T | TAKES_SYMBOL, draw_from},
    {"draw_to", TAKES_T | TAKES_SYMBOL, draw_to},
    {"log_p", TAKES_SENTENCE, log_p},
};

static const struct live *find(const char *name) {
    for (size_t i = 0; i < sizeof live / sizeof *live; i++)
        if (strcmp(live[i].name, name) == 0) return &live[i];
    return NULL;
}

bool lesson_value_is_live(const struct lesson_value *v) {
    return strncmp(v->tensor, "live/", 5) == 0;
}

bool lesson_live_known(const char *name) {
    return find(name) != NULL;
}

const char *lesson_live_problem(const char *name, bool t, bool tau, bool sentence, bool rival, bool symbol) {
    unsigned takes = find(name)->takes;
    if ((takes & TAKES_T) && !t) return "expected \"t=\" beside it, found none";
    if ((takes & TAKES_TAU) && !tau) return "expected \"tau=\", the timestep of the loss, beside it, found none";
    if ((takes & TAKES_SENTENCE) && !sentence) return "expected \"sentence=\" beside it, found none";
    bool other = (t && !(takes & TAKES_T)) || (tau && !(takes & TAKES_TAU)) ||
                 (sentence && !(takes & TAKES_SENTENCE)) || (rival && !(takes & TAKES_RIVAL)) ||
                 (symbol && !(takes & TAKES_SYMBOL));
    return other ? "expected no such index beside it, found one" : NULL;
}

bool lesson_live_value(const struct lesson_value *v, const struct lesson_now *now, double *out, struct err *err) {
    return find(v->tensor + 5)->value(v, now, out, err);
}

const struct record *lesson_record_of(const struct lesson_value *v, const struct lesson_now *now) {
    if (v->rival > 0) return v->rival <= now->rival_count ? now->rivals[v->rival - 1] : NULL;
    return v->original && now->original ? now->original : now->record;
}
