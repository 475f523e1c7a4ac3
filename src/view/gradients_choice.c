// What of the gradients through time is looked at, in analyses and in words.
#include "gradients_view.h"
#include "log_axis.h"
#include <stdio.h>
#include <string.h>

static int place_of_entry(const struct gradients *g) {
    const struct chain *chain = &g->page.chain;
    bool one_answer = net_one_answer(&g->page.record->layout.spec);
    if (chain->side == 1) return g->page.end;                    // handed over at the encoder's end
    if (chain->direction == 1 && one_answer) return g->page.end; // where the head reads it
    return g->tau < 0 ? g->page.end : g->tau;
}

void gradients_open(struct gradients *g, struct ui *ui, rect r, const struct scene *scene) {
    struct gradients_memory *memory = scene->memory;
    *g = (struct gradients){.memory = memory, .lane = -1, .tau = -1};
    chain_page_open(&g->page, ui, r, scene, &memory->chain);
    if (memory->state >= g->page.cell->state_count) memory->state = 0;
    g->path_count = path_list(g->page.cell, g->paths);
    if (memory->path >= g->path_count) memory->path = 0;
    g->path = g->paths[memory->path];
    if (g->paths[g->path_count - 1] == PATH_MEMORY) g->lane = g->path_count - 1;
    g->found = insights_itemised(scene->insights, g->page.chain, g->path);
    const struct insight *all = insights_itemised(scene->insights, g->page.chain, PATH_ALL),
                         *lane = g->lane < 0 ? NULL : insights_itemised(scene->insights, g->page.chain, PATH_MEMORY);
    g->items = g->found ? g->found->itemised : NULL;
    g->all = all ? all->itemised : NULL;
    g->lane_items = lane ? lane->itemised : NULL;
    g->farthest = g->items ? itemised_farthest(g->items) : -1;
    for (int k = 0; g->items && k < g->items->loss_count; k++)
        if (g->items->losses[k] == memory->loss - 1) g->tau = memory->loss - 1;
    if (g->tau < 0) g->tau = g->farthest;
    g->from = place_of_entry(g);
    g->t = chain_selected_t(&g->page, g->page.start);
}

void gradients_path_words(const struct gradients *g, int path, char *out, size_t size) {
    char slot[96];
    if (path >= 0) label_slot(slot, sizeof slot, g->page.cell, path, LABEL_NO_TIME, LABEL_NO_UNIT, g->page.label);
    if (path >= 0)
        snprintf(out, size, "\\s{through }%s", slot);
    else
        snprintf(out, size, "\\s{%s}", path == PATH_ALL ? "all paths" : "memory lane");
}

void gradients_loss_words(const struct gradients *g, char *out, size_t size) {
    bool first = g->page.chain.direction == 1 && g->page.chain.side == 0 && g->items->loss_count > 1;
    if (g->tau == g->farthest)
        snprintf(out, size, "the %s loss", first ? "first" : "last");
    else
        snprintf(out, size, "the loss at t = %d", g->tau + 1);
}

bool gradients_below(const struct gradients *g) {
    return g->page.chain.side == 1 || g->page.chain.layer + 1 < g->page.record->layout.spec.layers;
}

// --- the sentence ---

static struct source norm_source(const struct itemised *items, int state, int tau, int t) {
    return (struct source){items->norm_name[state], tau, t, itemised_norm(items, state, tau, t)};
}

// "12 % of it arrives", or how many times as large it has become.
static void say_what_arrives(struct said *said, const struct itemised *items, int state, int tau, int from, int to,
                             const char *of_it) {
    double share = itemised_norm(items, state, tau, to) / itemised_norm(items, state, tau, from);
    if (share <= 1.5) {
        said_share(said, "sum/share", share);
        said_add(said, "%s arrives", of_it);
    } else {
        said_add(said, "it has become ");
        said_value(said, (struct source){"sum/ratio", -1, -1, share}, share < 100 ? 1 : 0);
        said_add(said, " times as large");
    }
}

// The lane carries the last state to itself: c, or the only state of a cell.
static void say_lane(const struct gradients *g, struct said *said) {
    const struct chain_page *page = &g->page;
    int s = page->cell->state_count - 1;
    char at[64], to[64];
    if (g->path == PATH_MEMORY || !g->lane_items || !(itemised_norm(g->lane_items, s, g->tau, g->from) > 0)) return;
    label_slot(at, sizeof at, page->cell, page->cell->state_out[s], g->from, LABEL_NO_UNIT, page->label);
    label_slot(to, sizeof to, page->cell, page->cell->state_out[s], page->start, LABEL_NO_UNIT, page->label);
    said_add(said, ". Along the memory lane%s alone, $%s$ to $%s$, ", gradients_below(g) ? " of this layer" : "", at,
             to);
    say_what_arrives(said, g->lane_items, s, g->tau, g->from, page->start, "");
}

void gradients_say(const struct gradients *g, struct said *said) {
    const struct chain_page *page = &g->page;
    char words[64], state[64], path[128];
    int s = g->memory->state;
    if (!g->items || g->tau < 0) {
        said_add(said, g->items ? "No timestep of this example has a loss." : "");
        return;
    }
    label_slot(state, sizeof state, page->cell, page->cell->state_out[s], g->from, LABEL_NO_UNIT, page->label);
    gradients_loss_words(g, words, sizeof words);
    gradients_path_words(g, g->path, path, sizeof path);
    double here = itemised_norm(g->items, s, g->tau, g->from);
    said_add(said, "**One loss,** $%s$**.** Of %s the gradient has the norm ", path, words);
    said_value(said, norm_source(g->items, s, g->tau, g->from), log_axis_digits(here));
    said_add(said, " at $%s$", state);
    if (g->from == page->start) {
        said_add(said, "; there is no earlier timestep for it to reach.");
        return;
    }
    double there = itemised_norm(g->items, s, g->tau, page->start);
    label_slot(state, sizeof state, page->cell, page->cell->state_out[s], page->start, LABEL_NO_UNIT, page->label);
    said_add(said, " and ");
    said_value(said, norm_source(g->items, s, g->tau, page->start), log_axis_digits(there));
    said_add(said, " at $%s$", state);
    if (here > 0) {
        said_add(said, ": ");
        say_what_arrives(said, g->items, s, g->tau, g->from, page->start, " of it");
    }
    if (g->path != PATH_ALL && g->all && itemised_norm(g->all, s, g->tau, g->from) > 0) {
        said_add(said, "; over all paths ");
        say_what_arrives(said, g->all, s, g->tau, g->from, page->start, "");
    }
    say_lane(g, said);
    said_add(said, ".");
    int last = page->cell->state_count - 1;
    if (g->path != PATH_MEMORY || s == last) return;
    label_slot(state, sizeof state, page->cell, page->cell->state_out[last], LABEL_NO_TIME, LABEL_NO_UNIT, page->label);
    said_add(said, " The lane runs along $%s$.", state);
}
