#include "table_values.h"

#include "numbers.h"

// No number where one is expected: what is missing, or words.
static bool take_missing(const struct table_walk *w, const struct table_row *row, int column, bool before) {
    struct cell cell = row->cells[column];
    long line, place;
    table_place(&w->table, row, column, &line, &place);
    if (!number_missing(cell.text, cell.size)) {
        int shown = cell.size < 40 ? (int)cell.size : 40;
        problem_add(w->log, PROBLEM_SKIPPED, line, place, "expected a number, found \"%.*s\"; the row is skipped",
                    shown, cell.text);
        return false;
    }
    bool skip = problem_choice(w->options, PROBLEM_MISSING, line) == ACTION_SKIP;
    problem_add_done(w->log, PROBLEM_MISSING, skip ? ACTION_SKIP : ACTION_REPAIR, line, place,
                     "expected a number, found none; %s",
                     skip     ? "the row is skipped"
                     : before ? "the one before is taken again"
                              : "0 is taken");
    return !skip;
}

// A row without any number is a footer or the like.
static bool is_prose(const struct table_walk *w, const struct table_row *row) {
    double value;
    for (int k = 0; k < w->columns->value_count; k++)
        if (table_number(w->columns, row->cells[w->columns->values[k]], &value)) return false;
    return true;
}

bool table_values(const struct table_walk *w, const struct table_row *row, float *values, bool before) {
    const struct columns *c = w->columns;
    if (c->value_count > 1 && is_prose(w, row)) {
        problem_add(w->log, PROBLEM_SKIPPED, row->line, 1, "expected numbers, found none in the row; skipped");
        return false;
    }
    for (int k = 0; k < c->value_count; k++) {
        double value;
        if (table_number(c, row->cells[c->values[k]], &value))
            values[k] = (float)value;
        else if (!take_missing(w, row, c->values[k], before))
            return false;
        else if (!before)
            values[k] = 0;
    }
    return true;
}
