#include "lesson_world.h"

#include "minibatch.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NETWORKS = 8, BATCH = 32, MAX_T = 64 };

struct network {
    char data[128], cell[24];
    int units, layers;
    long seed, train;
    struct dataset dataset;
    struct model model;
    float *m, *v;
    int64_t updates;
};

struct test_world {
    char assets[512];
    struct network *networks[MAX_NETWORKS];
    int network_count;
    struct lesson_scene scene; // the network wanted, and the word
    struct record *record;
    struct script *script;
    int position, unit, t;
    enum granularity by;
    char figure[16], default_data[32];
    bool flow;
};

struct test_world *test_world_new(const char *assets) {
    struct test_world *world = mem_need(1, sizeof *world);
    snprintf(world->assets, sizeof world->assets, "%s", assets);
    snprintf(world->default_data, sizeof world->default_data, "dinosaurs.txt");
    world->unit = world->t = -1;
    return world;
}

static void network_free(struct network *network) {
    dataset_release(&network->dataset);
    model_release(&network->model);
    mem_free(network->m);
    mem_free(network->v);
    mem_free(network);
}

static void forget_record(struct test_world *world) {
    script_free(world->script);
    record_free(world->record);
    world->script = NULL;
    world->record = NULL;
}

void test_world_free(struct test_world *world) {
    forget_record(world);
    for (int i = 0; i < world->network_count; i++)
        network_free(world->networks[i]);
    mem_free(world);
}

static struct train_options options(void) {
    struct train_options o = train_options_default();
    o.lr = 0.01;
    return o;
}

static float *copy_slab(const float *from, size_t count) {
    float *to = mem_need(count, sizeof *to);
    memcpy(to, from, count * sizeof *to);
    return to;
}

static bool train(struct network *network, struct rng *rng, struct err *err) {
    struct train_options o = options();
    int max_T = network->dataset.length_max + 1 < MAX_T ? network->dataset.length_max + 1 : MAX_T;
    struct trainer *trainer = trainer_new(&network->model, &o, max_T, BATCH, err);
    if (!trainer) return false;
    struct minibatch m;
    bool ok = minibatch_init(&m, &network->dataset, BATCH, max_T, err);
    for (long k = 0; ok && k < network->train; k++) {
        struct step_report report;
        int T = dataset_batch(&network->dataset, rng, &m);
        struct batch batch = {.T = T, .B = BATCH, .x = m.x, .target = m.target};
        ok = trainer_step(trainer, &batch, &report, err);
    }
    network->m = copy_slab(trainer_state(trainer, 0), network->model.layout.size);
    network->v = copy_slab(trainer_state(trainer, 1), network->model.layout.size);
    network->updates = trainer_updates(trainer);
    minibatch_release(&m);
    trainer_free(trainer);
    return ok;
}

static bool build(const struct test_world *world, struct network *network, struct err *err) {
    char path[1024];
    struct data_options text = data_options_default();
    struct net_spec spec = {.kind = NET_MANY_TO_MANY,
                            .activation = ACTIVATION_TANH,
                            .layers = network->layers,
                            .hidden = network->units,
                            .directions = 1};
    struct rng rng = rng_seed((uint64_t)network->seed), batches = rng_fork(&rng, 1);
    text.seed = (uint64_t)network->seed;
    snprintf(path, sizeof path, "%s/%s", world->assets, network->data);
    if (!cell_by_name(network->cell, &spec.cell)) return err_set(err, ERR_VALUE, "no cell %s", network->cell);
    if (!dataset_read_text(&network->dataset, path, &text, err)) return false;
    spec.inputs = spec.outputs = network->dataset.vocabulary.count;
    if (!model_init(&network->model, &spec, err)) return false;
    model_randomise(&network->model, &rng, 1);
    return train(network, &batches, err);
}

static struct network *network_of(struct test_world *world, struct err *err) {
    const struct lesson_scene *s = &world->scene;
    const char *data = *s->data ? s->data : world->default_data;
    for (int i = 0; i < world->network_count; i++) {
        struct network *n = world->networks[i];
        if (!strcmp(n->data, data) && !strcmp(n->cell, s->cell) && n->units == s->units && n->layers == s->layers &&
            n->seed == s->seed && n->train == s->train)
            return n;
    }
    if (world->network_count == MAX_NETWORKS) {
        network_free(world->networks[0]);
        memmove(world->networks, world->networks + 1, --world->network_count * sizeof *world->networks);
    }
    struct network *n = mem_need(1, sizeof *n);
    snprintf(n->data, sizeof n->data, "%s", data);
    snprintf(n->cell, sizeof n->cell, "%s", s->cell);
    n->units = s->units;
    n->layers = s->layers;
    n->seed = s->seed;
    n->train = s->train;
    if (!build(world, n, err)) {
        network_free(n);
        return NULL;
    }
    return world->networks[world->network_count++] = n;
}

static bool record_word(struct test_world *world, struct err *err) {
    struct network *n = network_of(world, err);
    if (!n) return false;
    int x[128], target[128], symbols[127];
    int length = vocabulary_encode(&n->dataset.vocabulary, world->scene.word, strlen(world->scene.word), symbols, 127);
    if (length < 1 || length > 127) return err_set(err, ERR_VALUE, "no word");
    for (int t = 0; t <= length; t++) {
        x[t] = t ? symbols[t - 1] : -1;
        target[t] = t < length ? symbols[t] : VOCABULARY_EOS;
    }
    struct example example = {.T = length + 1, .x = x, .target = target};
    struct train_options o = options();
    forget_record(world);
    world->record = record_new(&n->model, &example, n->dataset.vocabulary.texts, n->dataset.vocabulary.count,
                               REDUCTION_SUM, &o, n->m, n->v, n->updates + 1, err);
    world->script = world->record ? script_new(world->record, err) : NULL;
    if (!world->script) return false;
    if (world->position > world->script->count) world->position = world->script->count;
    return true;
}

static enum granularity granularity_of(const char *word) {
    static const char *const words[GRANULARITY_COUNT] = {"operation", "cell", "timestep", "pass", "update"};
    for (int k = 0; k < GRANULARITY_COUNT; k++)
        if (strcmp(words[k], word) == 0) return (enum granularity)k;
    return BY_OPERATION;
}

static bool apply_scene(void *context, const struct lesson_scene *scene, struct err *err) {
    struct test_world *world = context;
    world->scene = *scene;
    world->unit = scene->unit;
    world->t = scene->t;
    world->by = granularity_of(scene->granularity);
    snprintf(world->figure, sizeof world->figure, "%s", *scene->figure ? scene->figure : "forward");
    world->flow = scene->flow;
    world->position = 0;
    return record_word(world, err) &&
           (!*scene->goto_ || lesson_find_position(scene->goto_, world->record, world->script, &world->position, err));
}

static bool act(void *context, const char *words, struct err *err) {
    struct test_world *world = context;
    struct lesson_action a;
    if (!lesson_action_parse(words, &a, err)) return false;
    switch (a.kind) {
    case ACTION_STEP:
    case ACTION_BACK:
        for (long k = 0; k < a.number; k++)
            world->position = script_move(world->script, world->position, world->by, a.kind == ACTION_STEP ? 1 : -1);
        return true;
    case ACTION_BY:
        world->by = granularity_of(a.text);
        return true;
    case ACTION_GOTO:
        return lesson_find_position(a.text, world->record, world->script, &world->position, err);
    case ACTION_UNIT:
        world->unit = (int)a.number - 1;
        return true;
    case ACTION_TIMESTEP:
        world->t = (int)a.number - 1;
        return true;
    case ACTION_WORD:
        snprintf(world->scene.word, sizeof world->scene.word, "%s", a.text);
        break;
    case ACTION_CELL:
        snprintf(world->scene.cell, sizeof world->scene.cell, "%.20s", a.text);
        break;
    case ACTION_SEED:
        world->scene.seed = a.number;
        break;
    case ACTION_UNITS:
        world->scene.units = (int)a.number;
        break;
    case ACTION_TRAIN:
        world->scene.train = a.number;
        break;
    case ACTION_FIGURE:
        snprintf(world->figure, sizeof world->figure, "%.10s", a.text);
        return true;
    case ACTION_FLOW:
        world->flow = strcmp(a.text, "on") == 0;
        return true;
    default:
        return err_set(err, ERR_VALUE, "a world cannot do \"%s\"", words);
    }
    return record_word(world, err);
}

static void look(void *context, struct lesson_now *now) {
    struct test_world *world = context;
    *now = (struct lesson_now){.record = world->record,
                               .script = world->script,
                               .position = world->position,
                               .unit = world->unit,
                               .t = world->t,
                               .cell = world->scene.cell,
                               .word = world->scene.word,
                               .units = world->scene.units,
                               .seed = world->scene.seed,
                               .figure = world->figure,
                               .flow = world->flow};
}

struct lesson_world test_world_callbacks(struct test_world *world) {
    return (struct lesson_world){.context = world, .apply_scene = apply_scene, .act = act, .look = look};
}
