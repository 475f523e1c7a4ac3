#include "cell.h"
#include "check.h"
#include <stddef.h>
#include <string.h>

// The list of cells: one line each. [activation] differs for the vanilla RNN only.
extern const struct cell_desc cell_rnn_tanh, cell_rnn_relu, cell_gru_simple, cell_gru, cell_gru_reset_after, cell_lstm,
    cell_lstm_peephole;

static const struct cell_desc *const cells[CELL_COUNT][ACTIVATION_COUNT] = {
    [CELL_RNN] = {&cell_rnn_tanh, &cell_rnn_relu},
    [CELL_GRU_SIMPLE] = {&cell_gru_simple, &cell_gru_simple},
    [CELL_GRU] = {&cell_gru, &cell_gru},
    [CELL_GRU_RESET_AFTER] = {&cell_gru_reset_after, &cell_gru_reset_after},
    [CELL_LSTM] = {&cell_lstm, &cell_lstm},
    [CELL_LSTM_PEEPHOLE] = {&cell_lstm_peephole, &cell_lstm_peephole},
};

const struct cell_desc *cell_describe(enum cell_id id, enum activation activation) {
    check((unsigned)id < CELL_COUNT, "cell %d", (int)id);
    check((unsigned)activation < ACTIVATION_COUNT, "activation %d", (int)activation);
    return cells[id][activation];
}

bool cell_by_name(const char *name, enum cell_id *id) {
    for (int i = 0; i < CELL_COUNT; i++) {
        if (strcmp(cells[i][ACTIVATION_TANH]->name, name) != 0) continue;
        *id = (enum cell_id)i;
        return true;
    }
    return false;
}

int cell_slot_by_id(const struct cell_desc *cell, const char *id) {
    for (int i = 0; i < cell->slot_count; i++)
        if (strcmp(cell->slots[i].id, id) == 0) return i;
    return -1;
}

int cell_part_by_id(const struct cell_desc *cell, const char *id) {
    for (int i = 0; i < cell->part_count; i++)
        if (strcmp(cell->parts[i].id, id) == 0) return i;
    return -1;
}

static bool has_diagonal(const struct cell_desc *cell, int block) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].op == OP_DIAGONAL && cell->steps[i].block == block) return true;
    return false;
}

int cell_diagonal_count(const struct cell_desc *cell) {
    int count = 0;
    for (int b = 0; b < cell->block_count; b++)
        count += has_diagonal(cell, b);
    return count;
}

int cell_diagonal_row(const struct cell_desc *cell, int block) {
    if (!has_diagonal(cell, block)) return -1;
    int row = 0;
    for (int b = 0; b < block; b++)
        row += has_diagonal(cell, b);
    return row;
}

int cell_part_of_step(const struct cell_desc *cell, int step) {
    for (int i = 0; i < cell->part_count; i++)
        if (step >= cell->parts[i].first && step < cell->parts[i].first + cell->parts[i].count) return i;
    return -1;
}

int cell_state_index(const struct cell_desc *cell, int slot) {
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_out[s] == slot) return s;
    return -1;
}
