// Entries of the parameters: which one is chosen, what it is called, and the blocks of a stacked matrix.
#include "trace_record.h"
#include "weight.h"

static struct weight entry(const struct record *record, const char *name, int row, int column) {
    int param = layout_find(&record->layout, name);
    assert_true(param >= 0);
    return (struct weight){true, param, row, column};
}

static void called(const struct record *record, enum notation notation, const char *name, int row, int column,
                   const char *expected) {
    char label[96], grad[96], with_d[100];
    weight_label(label, sizeof label, record, notation, false, entry(record, name, row, column));
    assert_string_equal(label, expected);
    weight_label(grad, sizeof grad, record, notation, true, entry(record, name, row, column));
    snprintf(with_d, sizeof with_d, "d%s", expected);
    assert_string_equal(grad, with_d);
}

static void labels(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 2, 2);
    // blocks of the LSTM as they are stored: u f c o
    called(w.record, NOTATION_COURSE, "rnn.weight_hh_l0", WORD_HIDDEN + 6, 2, "W_{fa}[7,3]");
    called(w.record, NOTATION_PAPER, "rnn.weight_hh_l0", WORD_HIDDEN + 6, 2, "W_{hf}[7,3]");
    called(w.record, NOTATION_PYTORCH, "rnn.weight_ih_l0", 2 * WORD_HIDDEN, 15, "W_{ig}[1,\\t{o}]");
    called(w.record, NOTATION_COURSE, "rnn.weight_ih_l0", 0, 0, "W_{ux}[1,1]");   // <EOS> by its number
    called(w.record, NOTATION_COURSE, "rnn.weight_ih_l1", 0, 15, "W_{ux}[1,16]"); // a layer above reads units
    called(w.record, NOTATION_COURSE, "rnn.bias_ih_l0_reverse", 3 * WORD_HIDDEN + 4, 0, "b_o[5]");
    called(w.record, NOTATION_COURSE, "head.weight", 15, 9, "W_{ya}[\\t{o},10]");
    called(w.record, NOTATION_COURSE, "head.bias", 1, 0, "b_y[\\t{a}]");
    word_release(&w);
    word_init(&w, CELL_LSTM_PEEPHOLE, 1, 1);
    called(w.record, NOTATION_COURSE, "rnn.weight_ch_l0", WORD_HIDDEN + 1, 0, "w_{fc}[2]");
    word_release(&w);
    word_init(&w, CELL_GRU_RESET_AFTER, 1, 1);
    called(w.record, NOTATION_PYTORCH, "rnn.bias_hh_l0", 0, 0, "b_{hr}[1]");
    word_release(&w);
}

static void titles(void **state) {
    (void)state;
    struct word_record w;
    char title[96];
    word_init(&w, CELL_LSTM, 2, 2);
    weight_title(title, sizeof title, w.record, layout_find(&w.record->layout, "rnn.weight_hh_l1_reverse"));
    assert_string_equal(title, "Layer 2, backward, recurrent weights");
    weight_title(title, sizeof title, w.record, layout_find(&w.record->layout, "head.bias"));
    assert_string_equal(title, "Output bias");
    word_release(&w);
    word_init(&w, CELL_RNN, 1, 1);
    weight_title(title, sizeof title, w.record, layout_find(&w.record->layout, "rnn.bias_ih_l0"));
    assert_string_equal(title, "Layer 1, bias");
    word_release(&w);
}

// The blocks of a parameter are its rows, in order and without a gap, and each row's is the one with it.
static void blocks_cover(struct word_record *w) {
    for (int p = 0; p < w->record->layout.count; p++) {
        int rows, columns, next = 0, count = weight_block_count(w->record, p);
        record_param_shape(w->record, p, &rows, &columns);
        for (int k = 0; k < count; k++) {
            struct weight_block block = weight_block_get(w->record, NOTATION_COURSE, p, k);
            assert_int_equal(block.first, next);
            next += block.count;
            assert_int_equal(weight_block_of(w->record, p, block.first), k);
            assert_int_equal(weight_block_of(w->record, p, next - 1), k);
            assert_true(*block.symbol);
        }
        assert_int_equal(next, rows);
        struct weight largest = weight_largest(w->record, p, 0, rows);
        double most = fabs(record_param_value(w->record, RECORD_GRAD, p, largest.row, largest.column));
        const struct param *param = &w->record->layout.params[p];
        for (int i = 0; i < param->in * param->out; i++)
            assert_true(fabs(w->record->grads[param->offset + (size_t)i]) <= most);
        // There and back through the slab.
        size_t at = record_param_index(w->record, p, largest.row, largest.column) - param->offset;
        struct weight back = weight_of_slab(w->record, p, (int)at / param->out, (int)at % param->out);
        assert_int_equal(back.row, largest.row);
        assert_int_equal(back.column, largest.column);
    }
}

static void blocks(void **state) {
    (void)state;
    for_word_kinds(blocks_cover);
}

static void settles(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_GRU, 2, 1);
    struct weight first = weight_settle(w.record, (struct weight){0});
    assert_true(first.chosen);
    assert_string_equal(w.record->layout.params[first.param].name, "rnn.weight_hh_l0");
    struct weight far = weight_settle(w.record, (struct weight){true, 999, 9999, 9999});
    assert_int_equal(far.param, w.record->layout.count - 1);
    assert_int_equal(far.row, WORD_SYMBOLS - 1);
    assert_int_equal(far.column, 0);
    struct weight below = weight_settle(w.record, (struct weight){true, -5, -5, -5});
    assert_true(below.param == 0 && below.row == 0 && below.column == 0);
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(labels), cmocka_unit_test(titles), cmocka_unit_test(blocks),
                                       cmocka_unit_test(settles)};
    return cmocka_run_group_tests_name("weight", tests, NULL, NULL);
}
