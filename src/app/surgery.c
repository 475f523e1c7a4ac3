#include "surgery.h"

#include "mem.h"
#include <string.h>

struct surgery {
    struct record *before; // NULL: no edit is in force
    struct edits states[SURGERY_STATES];
    int count, at; // states kept; the one in force
    bool open;     // the last change may go on
};

const struct edits *workbench_edits(const struct workbench *bench) {
    static const struct edits none;
    return bench->surgery ? &bench->surgery->states[bench->surgery->at] : &none;
}

const struct record *workbench_before(const struct workbench *bench) {
    return bench->surgery ? bench->surgery->before : NULL;
}

bool workbench_can_undo(const struct workbench *bench) {
    return bench->surgery && bench->surgery->at > 0;
}

bool workbench_can_redo(const struct workbench *bench) {
    return bench->surgery && bench->surgery->at + 1 < bench->surgery->count;
}

void surgery_drop(struct workbench *bench) {
    struct surgery *surgery = bench->surgery;
    if (!surgery) return;
    record_free(surgery->before);
    mem_free(surgery);
    bench->surgery = NULL;
}

static const struct record *plain_record(const struct workbench *bench) {
    const struct record *before = workbench_before(bench);
    return before ? before : bench->record;
}

struct record *workbench_record_as(const struct workbench *bench, enum reduction reduction, struct err *err) {
    return record_edited(plain_record(bench), &bench->model, workbench_edits(bench), reduction, err);
}

// What is on screen from now on: the record of the list, or the one without edits.
static bool show(struct workbench *bench, const struct edits *edits, struct err *err) {
    struct surgery *surgery = bench->surgery;
    const struct record *plain = plain_record(bench);
    bool edited = edits_active(edits) > 0;
    if (!edits_check(edits, &bench->model.layout, &plain->example, err)) return false;
    if (!edited && !surgery->before) return true;
    struct record *record =
        edited ? record_edited(plain, &bench->model, edits, plain->reduction, err) : surgery->before;
    struct script *script = record ? script_new(record, err) : NULL;
    if (!script) {
        if (edited) record_free(record);
        return false;
    }
    insights_about(bench->insights, NULL); // they read the record
    script_free(bench->script);
    bench->script = script;
    if (edited && !surgery->before)
        surgery->before = bench->record;
    else
        record_free(bench->record);
    if (!edited) surgery->before = NULL;
    bench->record = record;
    insights_about(bench->insights, record);
    return true;
}

bool workbench_set_edits(struct workbench *bench, const struct edits *edits, bool more, struct err *err) {
    bool first = !bench->surgery;
    if (first) {
        bench->surgery = mem_alloc(sizeof *bench->surgery);
        if (!bench->surgery) return err_set(err, ERR_MEMORY, "no memory for a list of edits");
        bench->surgery->count = 1; // the empty list
    }
    struct surgery *surgery = bench->surgery;
    if (!show(bench, edits, err)) {
        if (first) surgery_drop(bench);
        return false;
    }
    if (!more || !surgery->open) surgery->at++;
    surgery->open = true;
    if (surgery->at == SURGERY_STATES) {
        surgery->at--;
        memmove(surgery->states, surgery->states + 1, (size_t)surgery->at * sizeof *surgery->states);
    }
    surgery->states[surgery->at] = *edits;
    surgery->count = surgery->at + 1;
    return true;
}

static bool move(struct workbench *bench, int by, struct err *err) {
    if (!show(bench, &bench->surgery->states[bench->surgery->at + by], err)) return false;
    bench->surgery->at += by;
    bench->surgery->open = false;
    return true;
}

bool workbench_undo(struct workbench *bench, struct err *err) {
    return workbench_can_undo(bench) && move(bench, -1, err);
}

bool workbench_redo(struct workbench *bench, struct err *err) {
    return workbench_can_redo(bench) && move(bench, 1, err);
}
