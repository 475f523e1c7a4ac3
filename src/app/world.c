#include "world.h"

#include "mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world *world_new(void) {
    struct world *world = mem_need(1, sizeof *world);
    world->setup = setup_default();
    world->unit = world->t = -1;
    return world;
}

void world_free(struct world *world) {
    if (!world) return;
    workbench_free(world->bench);
    mem_free(world);
}

// Builds what the setup says, unless the network is the one that is there.
static bool rebuild(struct world *world, const struct setup *to, struct err *err) {
    if (world->bench && setup_same_network(to, &world->setup)) {
        if (*to->word && strcmp(to->word, world->bench->example_text) &&
            !workbench_set_example(world->bench, to->word, err))
            return false;
    } else {
        struct workbench *bench = setup_build(to, NULL, NULL, err);
        if (!bench) return false;
        workbench_free(world->bench);
        world->bench = bench;
    }
    world->setup = *to;
    if (world->position > world->bench->script->count) world->position = world->bench->script->count;
    return true;
}

static bool apply_scene(void *context, const struct lesson_scene *scene, struct err *err) {
    struct world *world = context;
    struct setup to = setup_default();
    if (!setup_from_scene(&to, scene, err) || !rebuild(world, &to, err)) return false;
    world->unit = scene->unit;
    world->t = scene->t;
    world->by = BY_OPERATION;
    world->flow = scene->flow;
    snprintf(world->figure, sizeof world->figure, "%s", scene->figure);
    world->position = 0;
    return !*scene->goto_ ||
           lesson_find_position(scene->goto_, world->bench->record, world->bench->script, &world->position, err);
}

static bool act(void *context, const char *words, struct err *err) {
    struct world *world = context;
    struct lesson_action action;
    if (!lesson_action_parse(words, &action, err)) return false;
    struct setup to = world->setup;
    const struct script *script = world->bench->script;
    static const char *const names[GRANULARITY_COUNT] = {"operation", "cell", "timestep", "pass", "update"};
    switch (action.kind) {
    case ACTION_STEP:
    case ACTION_BACK:
        for (long k = 0; k < action.number; k++)
            world->position = script_move(script, world->position, world->by, action.kind == ACTION_STEP ? 1 : -1);
        return true;
    case ACTION_BY:
        for (int k = 0; k < GRANULARITY_COUNT; k++)
            if (!strcmp(names[k], action.text)) world->by = (enum granularity)k;
        return true;
    case ACTION_GOTO:
        return lesson_find_position(action.text, world->bench->record, script, &world->position, err);
    case ACTION_UNIT:
        world->unit = (int)action.number - 1;
        return true;
    case ACTION_TIMESTEP:
        world->t = (int)action.number - 1;
        return true;
    case ACTION_FIGURE:
        snprintf(world->figure, sizeof world->figure, "%.15s", action.text);
        return true;
    case ACTION_FLOW:
        world->flow = !strcmp(action.text, "on");
        return true;
    case ACTION_WORD:
        snprintf(to.word, sizeof to.word, "%s", action.text);
        break;
    case ACTION_CELL:
        if (!cell_by_name(action.text, &to.recipe.spec.cell))
            return err_set(err, ERR_VALUE, "there is no cell \"%s\"", action.text);
        break;
    case ACTION_SEED:
        to.recipe.seed = action.number;
        break;
    case ACTION_UNITS:
        to.recipe.spec.hidden = (int)action.number;
        break;
    case ACTION_TRAIN:
        to.recipe.steps = action.number;
        break;
    default:
        return err_set(err, ERR_VALUE, "the checker asked a world for \"%s\"", words);
    }
    return rebuild(world, &to, err);
}

// The figure pinned, else the one of the running phase.
static const char *figure_shown(const struct world *world) {
    if (*world->figure) return world->figure;
    const struct step *step = script_running(world->bench->script, world->position);
    return step && step->phase >= PHASE_BACKWARD ? "backward" : "forward";
}

static void look(void *context, struct lesson_now *now) {
    const struct world *world = context;
    const struct workbench *bench = world->bench;
    *now = (struct lesson_now){.record = bench->record,
                               .script = bench->script,
                               .position = world->position,
                               .unit = world->unit,
                               .t = world->t,
                               .cell = record_cell(bench->record)->name,
                               .word = bench->example_text,
                               .units = record_H(bench->record),
                               .seed = world->setup.recipe.seed,
                               .figure = figure_shown(world),
                               .flow = world->flow};
}

struct lesson_world world_callbacks(struct world *world) {
    return (struct lesson_world){.context = world, .apply_scene = apply_scene, .act = act, .look = look};
}
