#include "kept_settings.h"

#include "json_fields.h"
#include "file.h"
#include "mem.h"
#include "reader.h"
#include "run_folder.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, MOST_BYTES = 1 << 20 };
#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static const char *const shape_words[] = {"auto", "lines", "whole"};
static const char *const activation_words[ACTIVATION_COUNT] = {"tanh", "relu"};

#define AT(member) offsetof(struct setup, member)
static const struct field setup_fields[] = {
    {"file", FIELD_TEXT, AT(data), sizeof((struct setup *)0)->data, NULL},
    {"task", FIELD_TEXT, AT(task), sizeof((struct setup *)0)->task, NULL},
    {"reader", FIELD_TEXT, AT(reading.reader), sizeof((struct data_choices *)0)->reader, NULL},
    {"encoding", FIELD_WORD, AT(reading.encoding), ENCODING_COUNT, text_encoding_names},
    {"separator", FIELD_TEXT, AT(reading.separator), sizeof((struct data_choices *)0)->separator, NULL},
    {"header", FIELD_INT, AT(reading.header), 0, NULL},
    {"columns", FIELD_TEXT, AT(reading.columns), sizeof((struct data_choices *)0)->columns, NULL},
    {"on-problem", FIELD_TEXT, AT(reading.on_problem), sizeof((struct data_choices *)0)->on_problem, NULL},
    {"shape", FIELD_WORD, AT(shape), sizeof shape_words / sizeof *shape_words, shape_words},
    {"tokens", FIELD_WORD, AT(tokens), TOKENS_KIND_COUNT, token_kind_names},
    {"lower", FIELD_BOOL, AT(lower), 0, NULL},
    {"min-count", FIELD_LONG, AT(min_count), 0, NULL},
    {"validation", FIELD_REAL, AT(validation), 0, NULL},
    {"split-seed", FIELD_LONG, AT(recipe.seed), 0, NULL},
};
#undef AT
#define AT(member) offsetof(struct recipe, member)
static const struct field recipe_fields[] = {
    {"activation", FIELD_WORD, AT(spec.activation), ACTIVATION_COUNT, activation_words},
    {"kind", FIELD_WORD, AT(kind), NET_KIND_COUNT, net_kind_names},
    {"layers", FIELD_INT, AT(spec.layers), 0, NULL},
    {"hidden", FIELD_INT, AT(spec.hidden), 0, NULL},
    {"directions", FIELD_INT, AT(spec.directions), 0, NULL},
    {"embed", FIELD_INT, AT(spec.embed), 0, NULL},
    {"seed", FIELD_LONG, AT(seed), 0, NULL},
    {"steps", FIELD_LONG, AT(steps), 0, NULL},
    {"batch", FIELD_INT, AT(batch), 0, NULL},
    {"seq", FIELD_INT, AT(max_T), 0, NULL},
    {"forget-bias", FIELD_REAL, AT(forget_bias), 0, NULL},
    {"init", FIELD_WORD, AT(init), INIT_COUNT, init_names},
    {"schedule", FIELD_WORD, AT(schedule), SCHEDULE_COUNT, schedule_names},
    {"optimizer", FIELD_WORD, AT(options.optimizer), OPTIMIZER_COUNT, optimizer_names},
    {"lr", FIELD_REAL, AT(options.lr), 0, NULL},
    {"beta1", FIELD_REAL, AT(options.beta1), 0, NULL},
    {"beta2", FIELD_REAL, AT(options.beta2), 0, NULL},
    {"epsilon", FIELD_REAL, AT(options.epsilon), 0, NULL},
    {"clip", FIELD_REAL, AT(options.clip_norm), 0, NULL},
    {"clip-value", FIELD_REAL, AT(options.clip_value), 0, NULL},
    {"momentum", FIELD_REAL, AT(options.momentum), 0, NULL},
    {"rmsprop-decay", FIELD_REAL, AT(options.decay), 0, NULL},
    {"weight-decay", FIELD_REAL, AT(options.weight_decay), 0, NULL},
    {"dropout", FIELD_REAL, AT(options.dropout), 0, NULL},
    {"dropout-seed", FIELD_HEX, AT(options.dropout_seed), 0, NULL},
    {"threads", FIELD_INT, AT(options.threads), 0, NULL},
};
#undef AT
#define AT(member) offsetof(struct kept_settings, member)
static const struct field run_fields[] = {
    {"check-every", FIELD_LONG, AT(plan.check_every), 0, NULL},
    {"fingerprint", FIELD_HEX, AT(data), 0, NULL},
    {"data-name", FIELD_TEXT, AT(data_name), sizeof((struct kept_settings *)0)->data_name, NULL},
    {"command-line-only", FIELD_BOOL, AT(other), 0, NULL},
};
#undef AT

_Static_assert(sizeof(long) == sizeof(int64_t), "FIELD_LONG reads and writes both");

// The program may be started elsewhere the next time.
static void make_absolute(char path[ASSET_PATH]) {
    char whole[PATH_MAX];
    if (*path && *path != '/' && realpath(path, whole) && strlen(whole) < ASSET_PATH)
        memcpy(path, whole, strlen(whole) + 1);
}

bool kept_settings_save(const char *folder, const struct kept_settings *settings, struct err *err) {
    struct str out = {0};
    const struct experiment_plan *plan = &settings->plan;
    struct setup setup = plan->setup;
    make_absolute(setup.data);
    str_printf(&out, "{\"format\":%d,", FORMAT);
    fields_write(&out, run_fields, COUNT(run_fields), settings);
    str_put(&out, ",\n\"data\":{");
    fields_write(&out, setup_fields, COUNT(setup_fields), &setup);
    str_put(&out, "},\n\"models\":[");
    for (int k = 0; k < plan->models; k++) {
        str_printf(&out, "%s\n{\"name\":", k > 0 ? "," : "");
        json_put_text(&out, plan->name[k]);
        str_printf(&out, ",\"weights\":%lld,\"cell\":\"%s\",", (long long)settings->weights[k],
                   net_cell(&plan->recipe[k].spec)->name);
        fields_write(&out, recipe_fields, COUNT(recipe_fields), &plan->recipe[k]);
        str_put_char(&out, '}');
    }
    str_put(&out, "\n]}\n");
    char path[RUN_FOLDER_PATH];
    run_path(folder, -1, "settings.json", path);
    bool good = file_save_whole(path, out.data, out.size, err);
    str_release(&out);
    return good;
}

static bool read_model(const json_t *json, struct kept_settings *settings, int k, struct err *err) {
    struct experiment_plan *plan = &settings->plan;
    struct recipe *recipe = &plan->recipe[k];
    const struct field name = {"name", FIELD_TEXT, 0, EXPERIMENT_NAME, NULL},
                       weights = {"weights", FIELD_LONG, 0, 0, NULL};
    const char *cell = json_string_value(json_object_get(json, "cell"));
    *recipe = recipe_default();
    return (json_is_object(json) || err_set(err, ERR_FORMAT, "expected \"models\" as a list of objects")) &&
           ((cell && cell_by_name(cell, &recipe->spec.cell)) ||
            err_set(err, ERR_FORMAT, "expected \"cell\" as the name of a cell")) &&
           fields_read(json, &name, 1, plan->name[k], err) &&
           fields_read(json, &weights, 1, &settings->weights[k], err) &&
           fields_read(json, recipe_fields, COUNT(recipe_fields), recipe, err);
}

// A word that is null is as good as a missing one, but where -1 has a meaning.
static bool check_words(const struct kept_settings *settings, struct err *err) {
    const struct setup *setup = &settings->plan.setup;
    bool good = (int)setup->shape >= 0 && (int)setup->tokens >= 0 && (int)setup->reading.encoding >= 0;
    for (int k = 0; k < settings->plan.models; k++) {
        const struct recipe *r = &settings->plan.recipe[k];
        good = good && (int)r->spec.activation >= 0 && (int)r->init >= 0 && (int)r->schedule >= 0 &&
               (int)r->options.optimizer >= 0 && r->batch >= 1;
    }
    return good || err_set(err, ERR_FORMAT, "expected a word, found null");
}

static bool from_json(const json_t *json, struct kept_settings *settings, struct err *err) {
    const json_t *models = json_object_get(json, "models"), *format = json_object_get(json, "format"),
                 *data = json_object_get(json, "data");
    size_t count = json_array_size(models);
    if (json_integer_value(format) != FORMAT)
        return err_set(err, ERR_FORMAT, "expected \"format\" as %d: another version of unroll wrote it", FORMAT);
    if (!json_is_object(data)) return err_set(err, ERR_FORMAT, "expected \"data\" as an object");
    if (count < 1 || count > EXPERIMENT_MODELS)
        return err_set(err, ERR_FORMAT, "expected \"models\" as a list of 1 to %d", EXPERIMENT_MODELS);
    settings->plan.models = (int)count;
    if (!fields_read(json, run_fields, COUNT(run_fields), settings, err) ||
        !fields_read(data, setup_fields, COUNT(setup_fields), &settings->plan.setup, err))
        return false;
    for (size_t k = 0; k < count; k++)
        if (!read_model(json_array_get(models, k), settings, (int)k, err)) return false;
    return check_words(settings, err);
}

bool kept_settings_load(const char *folder, struct kept_settings *settings, struct err *err) {
    char path[RUN_FOLDER_PATH];
    struct bytes bytes;
    *settings = (struct kept_settings){.plan.setup = setup_default()};
    run_path(folder, -1, "settings.json", path);
    if (!file_read(path, MOST_BYTES, &bytes, err)) return false;
    json_error_t where;
    struct err why = {0};
    json_t *json = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &where);
    bool good = json ? from_json(json, settings, &why)
                     : err_at(&why, ERR_FORMAT, path, where.line, where.column, "expected JSON: %s", where.text);
    json_decref(json);
    bytes_release(&bytes);
    return good || err_at(err, why.code, path, why.line, why.column, "%.400s", why.message);
}
