#include "update_order.h"

#include "mem.h"
#include <stdio.h>
#include <string.h>

struct update_order *update_order_new(const struct setup *setup, int64_t update, const struct rng *rng, int index) {
    struct update_order *order = mem_need(1, sizeof *order);
    order->setup = *setup;
    order->update = update;
    order->rng = *rng;
    order->index = index;
    return order;
}

static bool copy_slab(float **to, const float *from, size_t size) {
    if (!from) return true;
    *to = mem_array(size, sizeof **to);
    if (*to) memcpy(*to, from, size * sizeof **to);
    return *to != NULL;
}

bool update_order_add(struct update_order *order, const char *name, const struct recipe *recipe,
                      const struct model *model, const float *m, const float *v, struct err *err) {
    const size_t size = model->layout.size;
    if (order->count == UPDATE_MODELS)
        return err_set(err, ERR_LIMIT, "expected at most %d models to step through, found more", UPDATE_MODELS);
    struct update_model *to = &order->models[order->count];
    if (!model_copy(&to->model, model, err)) return false;
    order->count++;
    snprintf(to->name, sizeof to->name, "%s", name);
    to->recipe = *recipe;
    return (copy_slab(&to->m, m, size) && copy_slab(&to->v, v, size)) ||
           err_set(err, ERR_MEMORY, "no memory for the state of %zu parameters", size);
}

static bool build_one(struct update_order *order, int k, workbench_progress *progress, void *context, struct err *err) {
    const struct update_model *model = &order->models[k];
    const struct run_state run = {&model->model, model->m, model->v, order->update, &order->rng};
    struct dataset *data = setup_read_data(&order->setup, progress, context, err);
    if (!data) return false;
    order->benches[k] = workbench_from_update(&run, data, &model->recipe, NULL, order->index, err);
    if (!order->benches[k]) setup_free_data(data);
    return order->benches[k] != NULL;
}

bool update_order_build(struct update_order *order, workbench_progress *progress, void *context, struct err *err) {
    if (order->count == 0) return err_set(err, ERR_VALUE, "an update: expected a model, found none");
    for (int k = 0; k < order->count; k++) {
        if (progress && !progress(context, (double)k / order->count))
            return err_set(err, ERR_STOPPED, "stopped before model %d", k + 1);
        if (!build_one(order, k, progress, context, err)) return false;
    }
    return true;
}

void update_order_free(struct update_order *order) {
    if (!order) return;
    for (int k = 0; k < order->count; k++) {
        workbench_free(order->benches[k]);
        model_release(&order->models[k].model);
        mem_free(order->models[k].m);
        mem_free(order->models[k].v);
    }
    mem_free(order);
}
