#include "predictor.h"
#include "flush.h"
#include "kernels.h"
#include "mem.h"
#include "share.h"
#include "slab.h"

struct predictor {
    const struct model *model;
    struct workspace *workspace;
    struct batch_room room;
};

struct predictor *predictor_new(const struct model *model, int max_source_T, int max_T, int max_B, struct err *err) {
    struct predictor *predictor = slab_alloc(1, sizeof *predictor, "a predictor", err);
    if (!predictor) return NULL;
    predictor->model = model;
    predictor->room = (struct batch_room){max_source_T, max_T, max_B};
    predictor->workspace = workspace_new_pair(&model->layout, max_source_T, max_T, max_B, err);
    if (!predictor->workspace) {
        mem_free(predictor);
        return NULL;
    }
    predictor_refresh(predictor);
    return predictor;
}

void predictor_free(struct predictor *predictor) {
    if (!predictor) return;
    workspace_free(predictor->workspace);
    mem_free(predictor);
}

void predictor_refresh(struct predictor *predictor) {
    kernel_refresh(predictor->workspace, predictor->model->params);
}

bool predictor_run(struct predictor *predictor, const struct batch *batch, float *y_hat, struct err *err) {
    const struct net_spec *spec = &predictor->model->layout.spec;
    if (!batch_check(spec, batch, predictor->room, false, err)) return false;
    int carried = workspace_carried(predictor->workspace);
    if (batch->carry && carried > 0 && carried != batch->B)
        return err_set(err, ERR_VALUE, "the state of %d sequences was carried, the minibatch has %d", carried,
                       batch->B);
    struct batch own = *batch;
    own.dropout = NULL;
    unsigned before = flush_begin();
    kernel_logits(predictor->workspace, predictor->model->params, &own, y_hat);
    kernel_outputs(predictor->workspace, net_one_answer(spec) ? batch->B : batch->T * batch->B, y_hat);
    flush_end(before);
    return true;
}
