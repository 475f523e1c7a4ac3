#include "homework_parts.h"

#include "mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- the record's numbers ---

bool homework_read(const struct record *record, const struct homework_target *target, struct homework_values *out) {
    char name[PLACE_NAME];
    int64_t shape[3] = {1, 1, 1}, beside[3] = {1, 0, 1};
    struct place place = target->place, other = target->place;
    int dims = place_tensor(record, &place, name, shape);
    if (target->beside >= 0) {
        other.param = target->beside;
        place_tensor(record, &other, name, beside);
    }
    const int width = dims > 1 ? (int)shape[1] : 1, first = target->block >= 0 ? target->block * record_H(record) : 0;
    out->rows = target->block >= 0 ? record_H(record) : (int)shape[0];
    out->columns = width + (int)beside[1];
    out->data = mem_array((size_t)out->rows * (size_t)out->columns, sizeof *out->data);
    for (int r = 0; out->data && r < out->rows; r++)
        for (int c = 0; c < out->columns; c++) {
            struct place at = c < width ? place : other;
            at.t = target->time ? r : 0;
            at.row = target->time ? c : first + r;
            at.column = target->time ? 0 : c < width ? c : c - width;
            out->data[(size_t)r * (size_t)out->columns + (size_t)c] = place_value(record, &at);
        }
    return out->data != NULL;
}

// --- an array beside them ---

int homework_views(const struct homework_array *array, const struct homework_values *values,
                   struct homework_view out[2]) {
    int64_t sides[HOMEWORK_DIMS];
    int n = 0, count = 0;
    for (int k = 0; k < array->dims && n < HOMEWORK_DIMS; k++)
        if (array->shape[k] != 1) sides[n++] = array->shape[k];
    int64_t rows = values->rows, columns = values->columns;
    if (n > 2) return 0;
    int64_t first = n > 0 ? sides[0] : 1, second = n > 1 ? sides[1] : 1;
    if (n < 2 && rows != 1 && columns != 1) return 0;
    if (n < 2) { // one axis: a row, a column, or one number
        if (first != rows * columns) return 0;
        out[count++] = (struct homework_view){array->data, rows == 1 ? (size_t)first : 1, 1, false, true};
        return count;
    }
    if (first == rows && second == columns)
        out[count++] = (struct homework_view){array->data, (size_t)columns, 1, false, true};
    if (first == columns && second == rows)
        out[count++] = (struct homework_view){array->data, 1, (size_t)rows, true, count == 0 && rows != columns};
    return count;
}

struct homework_difference homework_compare(const struct homework_view *view, const struct homework_values *values,
                                            double tolerance) {
    struct homework_difference out = {.row = -1, .column = -1};
    const size_t count = (size_t)values->rows * (size_t)values->columns;
    double squares = 0;
    for (size_t k = 0; k < count; k++)
        squares += values->data[k] * values->data[k];
    const double mean = sqrt(squares / (double)count);
    for (int r = 0; r < values->rows; r++)
        for (int c = 0; c < values->columns; c++) {
            double expected = values->data[(size_t)r * (size_t)values->columns + (size_t)c];
            double apart = fabs(homework_at(view, r, c) - expected);
            if (!(apart <= out.largest)) out.largest = apart;
            if (!(apart <= tolerance * fmax(fabs(expected), mean) + 1e-12) && out.row < 0) {
                out.row = r;
                out.column = c;
            }
        }
    return out;
}

// --- the report ---

static void shape_text(const struct homework_array *array, char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "(");
    for (int k = 0; k < array->dims && used < size; k++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld", k ? ", " : "", (long long)array->shape[k]);
    if (used < size) snprintf(out + used, size - used, ")");
}

static void say_shape(const struct record *record, const struct homework_array *array,
                      const struct homework_target *target, const struct homework_values *values,
                      struct homework_finding *finding) {
    char found[96];
    shape_text(array, found, sizeof found);
    finding->verdict = HOMEWORK_SHAPE;
    snprintf(finding->said, sizeof finding->said, "expected the shape (%d, %d) of %.120s, in either order, found %.90s",
             values->rows, values->columns, target->tensor, found);
    int64_t many = 1;
    bool longer = false, stacked = false;
    for (int k = 0; k < array->dims; k++) {
        many *= array->shape[k];
        longer |= target->time && array->shape[k] == values->rows + 1;
        stacked |= target->block >= 0 && array->shape[k] == (int64_t)record_cell(record)->block_count * values->rows;
    }
    if (longer)
        snprintf(finding->guess, sizeof finding->guess, "one timestep more: is the state before the first one in it?");
    else if (stacked)
        snprintf(finding->guess, sizeof finding->guess, "all gates stacked: this name stands for one gate's rows");
    else if (target->time && values->rows > 0 && many % ((int64_t)values->rows * values->columns) == 0)
        snprintf(finding->guess, sizeof finding->guess, "a minibatch of %lld: one example is on the stage",
                 (long long)(many / ((int64_t)values->rows * values->columns)));
}

static void place(const struct homework_target *target, const struct homework_values *values,
                  const struct homework_view *view, const struct homework_difference *d, int H,
                  struct homework_finding *f) {
    int first = target->block >= 0 ? target->block * H : 0;
    f->verdict = d->row < 0 ? HOMEWORK_RIGHT : HOMEWORK_DIFFERS;
    f->largest = d->largest;
    f->t = target->time && d->row >= 0 ? d->row : -1;
    f->unit = d->row < 0 ? -1 : target->time ? d->column : d->row;
    f->row = d->row < 0 ? -1 : first + d->row;
    f->column = d->column;
    if (d->row < 0) return;
    f->expected = values->data[(size_t)d->row * (size_t)values->columns + (size_t)d->column];
    f->found = homework_at(view, d->row, d->column);
}

static void say(const struct homework_target *target, const struct homework_view *view, struct homework_finding *f) {
    const char *order = !view->turned        ? ""
                        : target->time       ? "; its axes are units, then time"
                        : target->param >= 0 ? "; the matrix is turned, (in, out)"
                                             : "";
    if (f->verdict == HOMEWORK_RIGHT)
        snprintf(f->said, sizeof f->said, "%.120s, largest difference %.2g%s", target->tensor, f->largest, order);
    else if (target->time)
        snprintf(f->said, sizeof f->said, "%.120s differs first at t = %d, entry %d: expected %.6g, found %.6g%s",
                 target->tensor, f->t + 1, f->unit + 1, f->expected, f->found, order);
    else
        snprintf(f->said, sizeof f->said, "%.120s differs first at row %d, column %d: expected %.6g, found %.6g%s",
                 target->tensor, f->row + 1, f->column + 1, f->expected, f->found, order);
}

// Of all that the name may stand for and all orders of the axes the one that fits best: one that is right, else the
// first.
static void examine(const struct record *record, const struct homework_array *array, double tolerance,
                    struct homework_finding *finding) {
    struct homework_target targets[HOMEWORK_TARGETS];
    int count = homework_targets(record, array->name, targets);
    *finding = (struct homework_finding){.layer = -1, .direction = -1, .slot = -1, .t = -1, .unit = -1, .row = -1};
    snprintf(finding->name, sizeof finding->name, "%s", array->name);
    snprintf(finding->said, sizeof finding->said, "no tensor goes by this name");
    for (int k = 0; k < count && finding->verdict != HOMEWORK_RIGHT; k++) {
        const struct homework_target *target = &targets[k];
        struct homework_values values;
        if (!homework_read(record, target, &values)) continue;
        struct homework_view views[2];
        int n = homework_views(array, &values, views);
        struct homework_finding now = *finding;
        if (finding->verdict == HOMEWORK_UNKNOWN) {
            memcpy(now.tensor, target->tensor, sizeof now.tensor);
            now.gradient = target->gradient;
            now.layer = target->layer;
            now.direction = target->direction;
            now.slot = target->slot;
            if (n == 0) say_shape(record, array, target, &values, &now);
        }
        for (int v = 0; v < n; v++) {
            struct homework_difference d = homework_compare(&views[v], &values, tolerance);
            bool better = now.verdict == HOMEWORK_UNKNOWN || now.verdict == HOMEWORK_SHAPE || d.row < 0;
            if (!better) continue;
            memcpy(now.tensor, target->tensor, sizeof now.tensor);
            now.slot = target->slot;
            now.guess[0] = 0;
            place(target, &values, &views[v], &d, record_H(record), &now);
            say(target, &views[v], &now);
            if (d.row >= 0) homework_guess(record, target, &values, &views[v], tolerance, now.guess);
        }
        *finding = now;
        mem_free(values.data);
    }
}

// Forward before backward; forward in the order of time and then of the cell, backward in the reverse of both;
// weights' gradients last.
static double when(const struct record *record, const struct homework_finding *f) {
    const struct cell_desc *cell = record_cell(record);
    double T = record_T(record), slots = cell->slot_count + 2, slot = f->slot >= 0 ? f->slot : cell->slot_count;
    if (f->t < 0) return f->gradient ? 3e9 : -1; // parameters: before everything, their gradients: after it
    double at = f->t * slots + slot + f->layer * 0.01;
    return f->gradient ? 1e9 + (T * slots - at) : at;
}

struct homework *homework_check(const struct record *record, const struct homework_array *arrays, int count,
                                double tolerance, struct err *err) {
    struct homework *out = mem_array(1, sizeof *out);
    struct homework_finding *list = mem_array((size_t)(count > 0 ? count : 1), sizeof *list);
    if (!out || !list) {
        mem_free(out);
        mem_free(list);
        err_set(err, ERR_MEMORY, "no memory for the findings of %d arrays", count);
        return NULL;
    }
    *out = (struct homework){.list = list, .count = count, .first = -1};
    for (int k = 0; k < count; k++) {
        examine(record, &arrays[k], tolerance, &list[k]);
        if (list[k].verdict != HOMEWORK_DIFFERS) continue;
        if (out->first < 0 || when(record, &list[k]) < when(record, &list[out->first])) out->first = k;
    }
    return out;
}

void homework_free(struct homework *homework) {
    if (!homework) return;
    mem_free(homework->list);
    mem_free(homework);
}
