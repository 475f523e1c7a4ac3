// The tables of the cells keep their promises; specifications, layouts and models.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "network.h"
#include "slab.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void for_all_cells(void (*check_cell)(const struct cell_desc *cell)) {
    for (int id = 0; id < CELL_COUNT; id++)
        for (int activation = 0; activation < ACTIVATION_COUNT; activation++)
            check_cell(cell_describe((enum cell_id)id, (enum activation)activation));
}

static void check_slots(const struct cell_desc *cell) {
    assert_in_range(cell->slot_count, 1, CELL_MAX_SLOTS);
    for (int s = 0; s < cell->slot_count; s++) {
        const struct cell_slot *slot = &cell->slots[s];
        assert_int_equal(cell_slot_by_id(cell, slot->id), s); // ids are unique
        assert_non_null(slot->title);
        for (int n = 0; n < NOTATION_COUNT; n++)
            assert_true(slot->symbol[n].base[0] && slot->symbol[n].sub);
        assert_int_equal(slot->role == SLOT_INPUT, s == cell->input);
        assert_int_equal(slot->role == SLOT_GATE, slot->at_one != NULL);
        assert_int_equal(slot->role == SLOT_GATE, slot->at_zero != NULL);
        assert_int_equal(slot->role == SLOT_STATE_IN, slot->next >= 0);
    }
    assert_int_equal(cell_slot_by_id(cell, "nonsense"), -1);
}

static void check_states(const struct cell_desc *cell) {
    int in = 0, out = 0;
    for (int s = 0; s < cell->slot_count; s++) {
        in += cell->slots[s].role == SLOT_STATE_IN;
        out += cell->slots[s].role == SLOT_STATE_OUT;
    }
    assert_int_equal(in, cell->state_count);
    assert_int_equal(out, cell->state_count);
    for (int k = 0; k < cell->state_count; k++) {
        assert_int_equal(cell->slots[cell->state_in[k]].role, SLOT_STATE_IN);
        assert_int_equal(cell->slots[cell->state_in[k]].next, cell->state_out[k]);
        for (int n = 0; n < NOTATION_COUNT; n++)
            assert_string_equal(cell->slots[cell->state_in[k]].symbol[n].base,
                                cell->slots[cell->state_out[k]].symbol[n].base);
    }
}

// Every slot is made once, before it is read; every block of weights is used.
static void check_steps(const struct cell_desc *cell) {
    bool made[CELL_MAX_SLOTS] = {false}, used[CELL_MAX_BLOCKS] = {false};
    assert_in_range(cell->step_count, 1, CELL_MAX_STEPS);
    made[cell->input] = true;
    for (int k = 0; k < cell->state_count; k++)
        made[cell->state_in[k]] = true;
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        for (int k = 0; k < 2; k++)
            assert_true(step->in[k] == -1 || made[step->in[k]]);
        assert_false(made[step->out]);
        made[step->out] = true;
        bool two = step->op == OP_MUL || step->op == OP_ADD;
        if (step->op != OP_AFFINE) assert_true(step->in[0] >= 0 && (step->in[1] >= 0) == two);
        assert_int_equal(step->op == OP_AFFINE || step->op == OP_DIAGONAL, step->block >= 0);
        if (step->block >= 0) used[step->block] = true;
        if (step->op == OP_SIGMOID) assert_int_equal(cell->slots[step->out].role, SLOT_GATE);
        if (step->op == OP_AFFINE) assert_int_equal(cell->slots[step->out].role, SLOT_PREACT);
    }
    for (int s = 0; s < cell->slot_count; s++)
        assert_true(made[s]);
    for (int b = 0; b < cell->block_count; b++)
        assert_true(used[b]);
}

static void check_parts(const struct cell_desc *cell) {
    int next = 0;
    for (int p = 0; p < cell->part_count; p++) {
        const struct cell_part *part = &cell->parts[p];
        assert_int_equal(part->first, next);
        assert_true(part->count > 0);
        next += part->count;
        assert_int_equal(cell->steps[next - 1].out, part->result);
        assert_int_equal(cell_part_by_id(cell, part->id), p);
        assert_true(part->title[0] && part->backward_title[0]);
        for (int i = part->first; i < next; i++)
            assert_int_equal(cell_part_of_step(cell, i), p);
    }
    assert_int_equal(next, cell->step_count);
    assert_int_equal(cell_part_of_step(cell, next), -1);
    assert_int_equal(cell_part_by_id(cell, "nonsense"), -1);
}

static void cells_keep_their_promises(void **state) {
    (void)state;
    for_all_cells(check_slots);
    for_all_cells(check_states);
    for_all_cells(check_steps);
    for_all_cells(check_parts);
}

static void cells_are_found_by_name(void **state) {
    (void)state;
    for (int id = 0; id < CELL_COUNT; id++) {
        enum cell_id found = CELL_COUNT;
        assert_true(cell_by_name(cell_describe((enum cell_id)id, ACTIVATION_TANH)->name, &found));
        assert_int_equal(found, id);
        assert_int_equal(cell_describe((enum cell_id)id, ACTIVATION_RELU)->id, id);
    }
    enum cell_id unchanged = CELL_LSTM;
    assert_false(cell_by_name("LSTM", &unchanged));
    assert_false(cell_by_name("", &unchanged));
    assert_int_equal(unchanged, CELL_LSTM);
}

// PyTorch's order of blocks, i f g o, and the walk's, f u c o.
static void the_lstm_is_stored_and_walked_as_documented(void **state) {
    (void)state;
    const struct cell_desc *lstm = cell_describe(CELL_LSTM, ACTIVATION_TANH);
    static const char *const stored[] = {"u", "f", "c", "o"};
    static const char *const walked[] = {"gate_f", "gate_u", "c_tilde", "gate_o", "memory", "activation"};
    assert_int_equal(lstm->block_count, 4);
    assert_int_equal(lstm->part_count, 6);
    for (int i = 0; i < 4; i++)
        assert_string_equal(lstm->blocks[i].id, stored[i]);
    for (int i = 0; i < 6; i++)
        assert_string_equal(lstm->parts[i].id, walked[i]);
}

// The blocks of lstm, three diagonals, and the output gate after the memory that it looks at.
static void the_peephole_lstm_is_stored_and_walked_as_documented(void **state) {
    (void)state;
    const struct cell_desc *lstm = cell_describe(CELL_LSTM_PEEPHOLE, ACTIVATION_TANH);
    static const char *const stored[] = {"u", "f", "c", "o"};
    static const int diagonals[] = {0, 1, -1, 2};
    static const char *const walked[] = {"gate_f", "gate_u", "c_tilde", "memory", "gate_o", "activation"};
    assert_int_equal(lstm->block_count, 4);
    assert_int_equal(lstm->part_count, 6);
    assert_int_equal(cell_diagonal_count(lstm), 3);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(lstm->blocks[i].id, stored[i]);
        assert_int_equal(cell_diagonal_row(lstm, i), diagonals[i]);
    }
    for (int i = 0; i < 6; i++)
        assert_string_equal(lstm->parts[i].id, walked[i]);
}

static const struct net_spec good = {
    .cell = CELL_LSTM, .kind = NET_MANY_TO_MANY, .layers = 2, .hidden = 5, .directions = 2, .inputs = 7, .outputs = 3};

static void refused(struct net_spec spec, const char *word) {
    struct err err = {0};
    struct model model;
    assert_false(net_spec_check(&spec, &err));
    assert_int_equal(err.code, ERR_VALUE);
    if (!strstr(err.message, word)) fail_msg("\"%s\" does not say \"%s\"", err.message, word);
    assert_false(model_init(&model, &spec, NULL));
    assert_null(model.params);
}

static void sizes_without_sense_are_named(void **state) {
    (void)state;
    assert_true(net_spec_check(&good, NULL));
    struct net_spec spec = good;
    spec.hidden = 0;
    refused(spec, "hidden units must be 1 to 4096, found 0");
    spec = good, spec.hidden = NET_MAX_HIDDEN + 1;
    refused(spec, "hidden");
    spec = good, spec.layers = 9;
    refused(spec, "layers");
    spec = good, spec.directions = 3;
    refused(spec, "directions");
    spec = good, spec.inputs = 1;
    refused(spec, "input vocabulary");
    spec = good, spec.outputs = -4;
    refused(spec, "output vocabulary");
    spec = good, spec.cell = CELL_COUNT;
    refused(spec, "cell");
    spec = good, spec.kind = NET_ENCODER_DECODER, spec.output = OUTPUT_LINEAR;
    refused(spec, "encoder-decoder");
    spec = good, spec.embed = -1;
    refused(spec, "embedding");
    spec = good, spec.real_input = true, spec.embed = 3;
    refused(spec, "embedded");
    spec = good, spec.output = OUTPUT_COUNT;
    refused(spec, "output");
    spec = good, spec.real_input = true, spec.inputs = 0;
    refused(spec, "channels");
    spec.inputs = 1;
    assert_true(net_spec_check(&spec, NULL));
}

static void the_layout_has_pytorchs_names_and_no_overlap(void **state) {
    (void)state;
    struct layout layout;
    assert_true(layout_init(&layout, &good, NULL));
    assert_int_equal(layout.count, 3 * 2 * 2 + 2);
    size_t end = 0, weights = 0;
    for (int p = 0; p < layout.count; p++) {
        const struct param *param = &layout.params[p];
        size_t count = (size_t)param->in * (size_t)param->out;
        assert_true(param->offset >= end && param->offset % 16 == 0);
        assert_int_equal(layout_find(&layout, param->name), p);
        assert_int_equal(layout_param(&layout, param->role, param->layer, param->direction), p);
        end = param->offset + count;
        weights += count;
    }
    assert_true(layout.size >= end && layout.size % 16 == 0);
    assert_int_equal(layout.weights, weights);
    assert_int_equal(weights, 2 * (20 * 7 + 20 * 5 + 20) + 2 * (20 * 10 + 20 * 5 + 20) + 10 * 3 + 3);
    int p = layout_find(&layout, "rnn.weight_ih_l1_reverse");
    assert_true(p >= 0);
    assert_int_equal(layout.params[p].in, 10);
    assert_int_equal(layout.params[p].out, 20);
    assert_true(layout_find(&layout, "rnn.weight_hh_l0") >= 0 && layout_find(&layout, "rnn.bias_ih_l1") >= 0);
    assert_true(layout_find(&layout, "head.weight") >= 0 && layout_find(&layout, "head.bias") >= 0);
    assert_int_equal(layout_find(&layout, "rnn.weight_ih_l2"), -1);
    assert_int_equal(layout_param(&layout, PARAM_INPUT, 2, 0), -1);
    layout_release(&layout);
}

// Two networks in one slab: names, offsets and shapes of each, and of the whole.
static void an_encoder_decoder_has_two_layouts_in_one_slab(void **state) {
    (void)state;
    struct net_spec spec = good;
    spec.kind = NET_ENCODER_DECODER, spec.embed = 4, spec.outputs = 6;
    struct layout layout;
    assert_true(layout_init(&layout, &spec, NULL));
    const struct layout *encoder = layout.encoder, *decoder = layout.decoder;
    assert_int_equal(layout.count, 1 + 3 * 2 * 2 + 1 + 3 * 2 + 2);
    assert_int_equal(encoder->count + decoder->count, layout.count);
    assert_int_equal(encoder->weights + decoder->weights, layout.weights);
    assert_true(encoder->size == layout.size && decoder->size == layout.size);
    assert_int_equal(encoder->spec.outputs, 0);
    assert_int_equal(decoder->spec.inputs, 6);
    assert_int_equal(decoder->spec.directions, 1);
    const struct param *embed = &encoder->params[layout_param(encoder, PARAM_EMBED, -1, -1)];
    assert_string_equal(embed->name, "encoder.embed.weight");
    assert_true(embed->in == 7 && embed->out == 4);
    assert_int_equal(layout_param(encoder, PARAM_HEAD, -1, -1), -1);
    assert_int_equal(layout_param(encoder, PARAM_RECURRENT, 1, 1) >= 0, 1);
    assert_int_equal(layout_param(decoder, PARAM_RECURRENT, 1, 1), -1);
    for (int p = 0; p < layout.count; p++) {
        const struct layout *view = p < encoder->count ? encoder : decoder;
        const struct param *own = &view->params[p < encoder->count ? p : p - encoder->count];
        assert_true(own == &layout.params[p] && own->offset + (size_t)own->in * (size_t)own->out <= layout.size);
        if (p > 0) assert_true(own->offset > layout.params[p - 1].offset);
        assert_int_equal(layout_find(&layout, own->name), p);
    }
    assert_true(layout_find(&layout, "decoder.head.weight") >= 0 &&
                layout_find(&layout, "encoder.rnn.bias_ih_l1_reverse") >= 0);
    layout_release(&layout);
}

static void a_random_model_is_as_pytorchs(void **state) {
    (void)state;
    struct model model, copy;
    struct net_spec spec = good;
    spec.hidden = 64;
    assert_true(model_init(&model, &spec, NULL));
    for (size_t i = 0; i < model.layout.size; i++)
        assert_true(model.params[i] == 0.0f);
    struct rng rng = rng_seed(6), again = rng_seed(6);
    model_randomise(&model, &rng, 1.5f);
    for (int p = 0; p < model.layout.count; p++) {
        const struct param *param = &model.layout.params[p];
        double bound = param->layer < 0 ? 1.0 / sqrt(128.0) : 1.0 / 8.0, sum = 0.0;
        int count = param->in * param->out;
        for (int i = 0; i < count; i++) {
            float w = model.params[param->offset + (size_t)i];
            if (param->role == PARAM_BIAS && i / 64 == 1) { // the forget gate's
                assert_true(w == 1.5f);
                continue;
            }
            assert_true(fabs(w) <= bound);
            sum += w / bound;
        }
        if (count > 1000) assert_true(fabs(sum / count) < 0.1);
    }
    assert_true(model_copy(&copy, &model, NULL));
    assert_memory_equal(copy.params, model.params, model.layout.size * sizeof(float));
    model_randomise(&copy, &again, 1.5f);
    assert_memory_equal(copy.params, model.params, model.layout.size * sizeof(float));
    model_release(&copy);
    model_release(&model);
}

static void the_first_tensor_that_is_not_finite_is_found(void **state) {
    (void)state;
    struct model model;
    assert_true(model_init(&model, &good, NULL));
    assert_int_equal(model_not_finite(&model.layout, model.params), -1);
    static const float faults[] = {NAN, INFINITY, -INFINITY};
    for (int p = model.layout.count - 1; p >= 0; p--) {
        const struct param *param = &model.layout.params[p];
        model.params[param->offset + (size_t)(param->in * param->out) - 1] = faults[p % 3];
        assert_int_equal(model_not_finite(&model.layout, model.params), p);
    }
    model_release(&model);
}

static void memory_that_there_is_not_is_an_answer(void **state) {
    (void)state;
    struct model model;
    struct err err = {0};
    struct net_spec huge = {.cell = CELL_LSTM,
                            .kind = NET_MANY_TO_MANY,
                            .layers = 8,
                            .hidden = NET_MAX_HIDDEN,
                            .directions = 2,
                            .inputs = NET_MAX_VOCABULARY,
                            .outputs = NET_MAX_VOCABULARY};
    if (slab_alloc((size_t)1 << 40, 1, "a terabyte", &err)) skip();
    assert_int_equal(err.code, ERR_MEMORY);
    assert_non_null(strstr(err.message, "a terabyte asks for 1048576 MiB"));
    mem_fail_at(2);
    assert_false(model_init(&model, &good, &err));
    mem_fail_at(0);
    assert_int_equal(err.code, ERR_MEMORY);
    assert_false(slab_alloc((size_t)-1, 8, "everything", &err));
    assert_int_equal(size_mul_add((size_t)-1, 2, 1), (size_t)-1);
    struct layout layout;
    assert_true(layout_init(&layout, &huge, NULL)); // counting alone costs nothing
    assert_true(layout.size > (size_t)1 << 34);
    layout_release(&layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_keep_their_promises),
        cmocka_unit_test(cells_are_found_by_name),
        cmocka_unit_test(the_lstm_is_stored_and_walked_as_documented),
        cmocka_unit_test(the_peephole_lstm_is_stored_and_walked_as_documented),
        cmocka_unit_test(sizes_without_sense_are_named),
        cmocka_unit_test(the_layout_has_pytorchs_names_and_no_overlap),
        cmocka_unit_test(an_encoder_decoder_has_two_layouts_in_one_slab),
        cmocka_unit_test(a_random_model_is_as_pytorchs),
        cmocka_unit_test(the_first_tensor_that_is_not_finite_is_found),
        cmocka_unit_test(memory_that_there_is_not_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
