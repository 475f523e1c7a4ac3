// The cards about what training does inside of the models: gradients by timestep, gates, weights (view/train_cards.h).
#include "train.h"

#include "mem.h"
#include <math.h>

static const double weights_seconds = 0.25; // between two copies of the weights while a run goes on

// Checkpoints as the cards take them, again when there are more.
static void take_checks(struct train_inside *inside, const struct experiment_look *look) {
    for (int k = 0; k < look->models; k++) {
        const struct run_look *run = &look->run[k];
        if (inside->room[k] < run->check_count) {
            int room = 2 * run->check_count + 16;
            mem_free(inside->checks[k]);
            inside->checks[k] = mem_need((size_t)room, sizeof *inside->checks[k]);
            inside->room[k] = room;
        }
        for (int i = 0; i < run->check_count; i++)
            inside->checks[k][i] = (struct train_check){run->checks[i].update, run->checks[i].measures};
    }
}

// The models as they are, from the worker: the weights of the update before stay until the next ones are there.
static void take_weights(struct app *app) {
    struct train_page *page = app->train;
    struct train_inside *inside = &page->inside;
    const struct experiment_look *look = page->look;
    bool stale = false;
    for (int k = 0; k < look->models; k++) {
        struct experiment_copy *copy = inside->asked ? experiment_take_copy(page->experiment, k) : NULL;
        if (copy) {
            experiment_copy_free(inside->weights[k]);
            inside->weights[k] = copy;
        }
        stale = stale || !inside->weights[k] || inside->weights[k]->update != look->update;
    }
    bool due = app->ui.now >= inside->asked_at + weights_seconds || look->phase == EXPERIMENT_PAUSED;
    bool again = !inside->asked || inside->asked_update != look->update;
    if (!stale || page->stage.asked || !look->data || app->picturing) return;
    if (due && again) {
        experiment_ask_copy(page->experiment, (1u << look->models) - 1);
        inside->asked = true;
        inside->asked_at = app->ui.now;
        inside->asked_update = look->update;
    }
    app->ui.wake_at = app->ui.now + 0.05;
}

static void (*const cards[])(struct ui *, rect, const struct train_look *,
                             struct train_cards *) = {train_gradients_card, train_gates_card, train_weights_card};

void train_inside_draw(struct app *app, rect r, enum train_inside_card card, float lead) {
    struct train_page *page = app->train;
    struct train_inside *inside = &page->inside;
    const struct experiment_look *look = page->shown;
    bool own = look == page->look; // else it is of the run before, whose models are gone
    struct train_series series[EXPERIMENT_MODELS] = {0};
    take_checks(inside, look);
    if (card == TRAIN_WEIGHTS && own) take_weights(app);
    for (int k = 0; k < look->models; k++) {
        const struct run_look *run = &look->run[k];
        const struct experiment_copy *copy = own ? inside->weights[k] : NULL;
        bool updated = look->update > 0 && look->update <= run->point_count && run->recipe.options.clip_norm > 0;
        series[k] = (struct train_series){
            .name = page->names[k],
            .checks = inside->checks[k],
            .check_count = run->check_count,
            .clip_scale = updated ? (double)run->points[look->update - 1].clip_scale : NAN,
            .model = copy ? &copy->model : NULL,
            .model_update = copy ? copy->update : 0,
        };
    }
    struct train_look inside_look = {series, look->models, look->update, app->view.notation, lead};
    cards[card](&app->ui, r, &inside_look, &inside->cards);
}

void train_inside_forget(struct train_inside *inside) {
    for (int k = 0; k < EXPERIMENT_MODELS; k++) {
        experiment_copy_free(inside->weights[k]);
        inside->weights[k] = NULL;
    }
    inside->asked = false;
}

void train_inside_release(struct train_inside *inside) {
    train_inside_forget(inside);
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        mem_free(inside->checks[k]);
}
