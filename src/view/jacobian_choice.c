// What of the Jacobian between two timesteps is looked at, in analyses and in words.
#include "jacobian_view.h"
#include "log_axis.h"
#include "mathbox.h"
#include <stdio.h>
#include <stdlib.h>

// As far back as the factors are kept for.
static int usual_from(const struct jacobian_page *p, int to) {
    const struct chain_page *page = &p->page;
    size_t size = (size_t)record_H(page->record) * (size_t)page->cell->state_count;
    size_t most = JACOBIAN_KEPT / (size * size);
    int steps = abs(to - page->start);
    if (most >= 1 && (size_t)steps > most) steps = (int)most;
    return page->chain.direction ? to + steps : to - steps;
}

static void choose_range(struct jacobian_page *p) {
    const struct chain_page *page = &p->page;
    struct jacobian_memory *memory = p->memory;
    bool backward = page->chain.direction == 1;
    int last = page->T - 1;
    p->to = memory->to > 0 && memory->to <= page->T ? memory->to - 1 : page->end;
    p->to = backward ? clamp_to(p->to, 0, last - 1) : clamp_to(p->to, 1, last);
    p->from = memory->from > 0 && memory->from <= page->T ? memory->from - 1 : usual_from(p, p->to);
    p->from = backward ? clamp_to(p->from, p->to + 1, last) : clamp_to(p->from, 0, p->to - 1);
}

void jacobian_open(struct jacobian_page *p, struct ui *ui, rect r, const struct scene *scene) {
    struct jacobian_memory *memory = scene->memory;
    *p = (struct jacobian_page){.memory = memory};
    chain_page_open(&p->page, ui, r, scene, &memory->chain);
    int states = p->page.cell->state_count;
    if (memory->states > states) memory->states = 0;
    p->state = states < 2 ? 0 : memory->states - 1;
    choose_range(p);
    p->key = (struct insight_key){.kind = INSIGHT_JACOBIAN,
                                  .chain = p->page.chain,
                                  .to = p->to,
                                  .to_state = p->state,
                                  .from = p->from,
                                  .from_state = p->state};
    p->found = insights_get(scene->insights, &p->key);
    if (!p->found && memory->has_shown) {
        const struct insight *before = insights_peek(scene->insights, &memory->shown);
        if (before) p->found = before, p->key = memory->shown;
    } else if (p->found)
        memory->shown = p->key, memory->has_shown = true;
    p->j = p->found ? p->found->jacobian : NULL;
}

int jacobian_t(const struct jacobian_page *p, int i) {
    return p->key.chain.direction ? p->key.from - 1 - i : p->key.from + 1 + i;
}

int jacobian_factor(const struct jacobian_page *p) {
    int t = chain_selected_t(&p->page, -1);
    for (int i = 0; i < p->j->steps; i++)
        if (jacobian_t(p, i) == t) return i;
    return p->j->steps - 1;
}

void jacobian_state(const struct jacobian_page *p, int t, char *out, size_t size) {
    const struct cell_desc *cell = p->page.cell;
    struct label_style style = {p->page.label.notation, false};
    char one[CELL_MAX_STATES][64] = {{0}};
    for (int s = 0; s < cell->state_count; s++)
        label_slot(one[s], sizeof one[s], cell, cell->state_out[s], t, LABEL_NO_UNIT, style);
    if (p->key.to_state >= 0 || cell->state_count < 2)
        snprintf(out, size, "%s", one[p->key.to_state < 0 ? 0 : p->key.to_state]);
    else
        snprintf(out, size, "(%s,%s)", one[0], one[1]);
}

struct source jacobian_source(const struct jacobian_page *p, enum jacobian_part part, int i) {
    const struct jacobian *j = p->j;
    const double *const data[JACOBIAN_PARTS] = {
        [JACOBIAN_SINGULAR] = j->singular,
        [JACOBIAN_FACTOR_NORM] = j->factor_frobenius,
        [JACOBIAN_FACTOR_LARGEST] = j->factor_largest,
        [JACOBIAN_RUNNING_NORM] = j->running_frobenius,
        [JACOBIAN_RUNNING_LARGEST] = j->running_largest,
        [JACOBIAN_BOUND_NORM] = j->bound_frobenius,
        [JACOBIAN_BOUND_LARGEST] = j->bound_largest,
    };
    return (struct source){p->found->jacobian_names[part], i, -1, data[part][i]};
}

enum jacobian_part jacobian_measured(const struct jacobian_page *p, enum jacobian_part largest) {
    return p->memory->measure == MEASURE_NORM ? largest - 1 : largest; // each norm stands before its largest value
}

void jacobian_blocks(const struct jacobian_page *p, rect r, int states) {
    for (int s = 0; states > 1 && s < states; s++) {
        char name[64];
        label_slot(name, sizeof name, p->page.cell, p->page.cell->state_out[s], LABEL_NO_TIME, LABEL_NO_UNIT,
                   (struct label_style){p->page.label.notation, false});
        float along = ((float)s + 0.5f) / (float)states;
        math_draw(p->page.list, p->page.theme, r.x - 6, r.y + along * r.h + 4, name, 14, p->page.theme->ink3,
                  ALIGN_RIGHT);
        math_draw(p->page.list, p->page.theme, r.x + along * r.w, r.y - 5, name, 14, p->page.theme->ink3, ALIGN_CENTER);
    }
}

// --- the sentence ---

void jacobian_say(const struct jacobian_page *p, struct said *said) {
    if (!p->j) return;
    char to[160], from[160];
    jacobian_state(p, p->key.to, to, sizeof to);
    jacobian_state(p, p->key.from, from, sizeof from);
    bool norm = p->memory->measure == MEASURE_NORM;
    struct source product = jacobian_source(p, jacobian_measured(p, JACOBIAN_RUNNING_LARGEST), 0),
                  bound = jacobian_source(p, jacobian_measured(p, JACOBIAN_BOUND_LARGEST), 0);
    if (norm)
        said_add(said, "The Jacobian of $%s$ by $%s$ has the norm ", to, from);
    else
        said_add(said, "A small change of $%s$ arrives at $%s$ at most ", from, to);
    said_value(said, product, log_axis_digits(product.value));
    said_add(said, norm ? ". " : " times as large: that is the largest singular value of the product. ");
    if (p->j->steps < 2) return;
    said_add(said, norm ? "The norms of its factors multiply to " : "Those of the factors multiply to ");
    said_value(said, bound, log_axis_digits(bound.value));
    said_add(said, ", which only bounds it from above.");
}
