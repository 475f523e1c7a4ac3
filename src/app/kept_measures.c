#include "kept_measures.h"

#include "json_fields.h"
#include "mem.h"
#include <math.h>

enum { MOST_ENTRIES = 4096 };
#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static const char *const activation_words[ACTIVATION_COUNT] = {"tanh", "relu"};

#define AT(member) offsetof(struct measures, member)
static const struct field whole_fields[] = {
    {"activation", FIELD_WORD, AT(spec.activation), ACTIVATION_COUNT, activation_words},
    {"kind", FIELD_WORD, AT(spec.kind), NET_KIND_COUNT, net_kind_names},
    {"layers", FIELD_INT, AT(spec.layers), 0, NULL},
    {"hidden", FIELD_INT, AT(spec.hidden), 0, NULL},
    {"directions", FIELD_INT, AT(spec.directions), 0, NULL},
    {"inputs", FIELD_INT, AT(spec.inputs), 0, NULL},
    {"outputs", FIELD_INT, AT(spec.outputs), 0, NULL},
    {"real-input", FIELD_BOOL, AT(spec.real_input), 0, NULL},
    {"embed", FIELD_INT, AT(spec.embed), 0, NULL},
    {"output", FIELD_WORD, AT(spec.output), OUTPUT_COUNT, net_output_names},
    {"weights", FIELD_LONG, AT(weights), 0, NULL},
    {"probes", FIELD_INT, AT(probes), 0, NULL},
    {"timesteps", FIELD_LONG, AT(timesteps), 0, NULL},
    {"gradient-probes", FIELD_INT, AT(gradient_probes), 0, NULL},
};
#undef AT
#define PLACE(type)                                                                                                    \
    {"encoder", FIELD_BOOL, offsetof(type, at.encoder), 0, NULL},                                                      \
        {"layer", FIELD_INT, offsetof(type, at.layer), 0, NULL}, {                                                     \
        "direction", FIELD_INT, offsetof(type, at.direction), 0, NULL                                                  \
    }
static const struct field slot_fields[] = {
    PLACE(struct measured_slot),
    {"slot", FIELD_INT, offsetof(struct measured_slot, slot), 0, NULL},
    {"mean", FIELD_REAL, offsetof(struct measured_slot, mean), 0, NULL},
    {"low", FIELD_REAL, offsetof(struct measured_slot, low), 0, NULL},
    {"high", FIELD_REAL, offsetof(struct measured_slot, high), 0, NULL},
    {"dead", FIELD_INT, offsetof(struct measured_slot, dead), 0, NULL},
};
static const struct field matrix_fields[] = {
    PLACE(struct measured_matrix),
    {"block", FIELD_INT, offsetof(struct measured_matrix, block), 0, NULL},
    {"radius", FIELD_REAL, offsetof(struct measured_matrix, radius), 0, NULL},
};
static const struct field gradient_fields[] = {
    PLACE(struct measured_gradient),
    {"state", FIELD_INT, offsetof(struct measured_gradient, state), 0, NULL},
};
#undef PLACE

// ---- writing ----

static void open_entry(struct str *out, int index) {
    str_put(out, index > 0 ? ",{" : "{");
}

static void put_numbers(struct str *out, const char *key, const double *numbers, int count) {
    str_printf(out, ",\"%s\":[", key);
    for (int t = 0; t < count; t++) {
        if (t > 0) str_put_char(out, ',');
        if (isfinite(numbers[t]))
            str_printf(out, "%.17g", numbers[t]);
        else
            str_put(out, "null");
    }
    str_put_char(out, ']');
}

void kept_put_measures(struct str *out, const struct measures *m) {
    str_printf(out, "{\"cell\":\"%s\",", net_cell(&m->spec)->name);
    fields_write(out, whole_fields, COUNT(whole_fields), m);
    str_put(out, ",\"slots\":[");
    for (int i = 0; i < m->slot_count; i++) {
        open_entry(out, i);
        fields_write(out, slot_fields, COUNT(slot_fields), &m->slots[i]);
        str_put_char(out, '}');
    }
    str_put(out, "],\"matrices\":[");
    for (int i = 0; i < m->matrix_count; i++) {
        open_entry(out, i);
        fields_write(out, matrix_fields, COUNT(matrix_fields), &m->matrices[i]);
        str_put_char(out, '}');
    }
    str_put(out, "],\"gradients\":[");
    for (int i = 0; i < m->gradient_count; i++) {
        const struct measured_gradient *gradient = &m->gradients[i];
        open_entry(out, i);
        fields_write(out, gradient_fields, COUNT(gradient_fields), gradient);
        put_numbers(out, "all", gradient->all, gradient->T);
        put_numbers(out, "last", gradient->last, gradient->T);
        str_put_char(out, '}');
    }
    str_put(out, "]}");
}

// ---- reading ----

static bool read_spec(const json_t *json, struct measures *m) {
    const char *cell = json_string_value(json_object_get(json, "cell"));
    return cell && cell_by_name(cell, &m->spec.cell) && fields_read(json, whole_fields, COUNT(whole_fields), m, NULL) &&
           (int)m->spec.activation >= 0 && (int)m->spec.kind >= 0 && (int)m->spec.output >= 0 &&
           net_spec_check(&m->spec, NULL) && m->weights >= 0 && m->probes >= 1 && m->timesteps >= 1 &&
           m->gradient_probes >= 0;
}

static bool place_good(const struct net_spec *spec, struct measured_at at) {
    if (at.encoder && spec->kind != NET_ENCODER_DECODER) return false;
    struct net_spec side = measures_side(spec, at.encoder);
    return at.layer >= 0 && at.layer < side.layers && at.direction >= 0 && at.direction < side.directions;
}

// Room for the entries of a list; false where it is none.
static bool make_room(const json_t *list, size_t size, void *out, int *count) {
    size_t entries = json_array_size(list);
    void **to = out;
    if (!json_is_array(list) || entries > MOST_ENTRIES) return false;
    *to = mem_array(entries + 1, size);
    if (*to) *count = (int)entries;
    return *to != NULL;
}

static bool read_slots(const json_t *list, struct measures *m) {
    if (!make_room(list, sizeof *m->slots, &m->slots, &m->slot_count)) return false;
    for (int i = 0; i < m->slot_count; i++) {
        struct measured_slot *slot = &m->slots[i];
        if (!fields_read(json_array_get(list, (size_t)i), slot_fields, COUNT(slot_fields), slot, NULL) ||
            !place_good(&m->spec, slot->at) || slot->slot < 0 || slot->slot >= net_cell(&m->spec)->slot_count)
            return false;
    }
    return true;
}

static bool read_matrices(const json_t *list, struct measures *m) {
    if (!make_room(list, sizeof *m->matrices, &m->matrices, &m->matrix_count)) return false;
    for (int i = 0; i < m->matrix_count; i++) {
        struct measured_matrix *matrix = &m->matrices[i];
        if (!fields_read(json_array_get(list, (size_t)i), matrix_fields, COUNT(matrix_fields), matrix, NULL) ||
            !place_good(&m->spec, matrix->at) || matrix->block < 0 || matrix->block >= net_cell(&m->spec)->block_count)
            return false;
    }
    return true;
}

static bool read_numbers(const json_t *list, double *out, size_t count) {
    if (json_array_size(list) != count) return false;
    for (size_t t = 0; t < count; t++) {
        const json_t *number = json_array_get(list, t);
        if (!json_is_number(number) && !json_is_null(number)) return false;
        out[t] = json_is_null(number) ? NAN : json_number_value(number);
    }
    return true;
}

static size_t norm_count(const json_t *list) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        count += 2 * json_array_size(json_object_get(json_array_get(list, i), "all"));
    return count;
}

static bool read_gradients(const json_t *list, struct measures *m) {
    if (!make_room(list, sizeof *m->gradients, &m->gradients, &m->gradient_count)) return false;
    m->norm_count = norm_count(list);
    double *at = m->norms = mem_array(m->norm_count + 1, sizeof *m->norms);
    for (int i = 0; at && i < m->gradient_count; i++) {
        struct measured_gradient *gradient = &m->gradients[i];
        const json_t *json = json_array_get(list, (size_t)i), *all = json_object_get(json, "all");
        size_t T = json_array_size(all);
        if (!fields_read(json, gradient_fields, COUNT(gradient_fields), gradient, NULL) ||
            !place_good(&m->spec, gradient->at) || gradient->state < 0 ||
            gradient->state >= net_cell(&m->spec)->state_count || T < 1 || T > MEASURE_MOST_TIMESTEPS ||
            !read_numbers(all, at, T) || !read_numbers(json_object_get(json, "last"), at + T, T))
            return false;
        gradient->T = (int)T;
        gradient->all = at;
        gradient->last = at + T;
        at += 2 * T;
    }
    return at != NULL;
}

struct measures *kept_read_measures(const json_t *json) {
    struct measures *m = json_is_object(json) ? mem_alloc(sizeof *m) : NULL;
    if (m && read_spec(json, m) && read_slots(json_object_get(json, "slots"), m) &&
        read_matrices(json_object_get(json, "matrices"), m) && read_gradients(json_object_get(json, "gradients"), m))
        return m;
    measures_free(m);
    return NULL;
}
