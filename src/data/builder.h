#pragma once
// Examples put into a data set one after the other, by readers and by the generators of tasks:
//
//     builder_start(&b, &dataset);                  the data set's kinds, vocabularies and channels are set
//     builder_example(&b, line);
//     builder_symbol() or builder_vector()          once a timestep
//     builder_answer() or builder_answer_vector()   as often as `answers` asks for; of `next` never
//     ...
//     builder_finish(&b, err)
//
// When memory runs out, or examples are too many (DATASET_MAX_EXAMPLES), the builder keeps quiet until
// builder_finish(), which says so. builder_clear() begins again in the same memory. The data set owns what was put into
// it.

#include "dataset.h"

struct builder {
    struct dataset *out;
    size_t symbol_room, answer_room, example_room;
    size_t asked; // bytes that there were none of, or 0
    bool too_many;
};

void builder_start(struct builder *builder, struct dataset *out);
// Room for so many more, where that is known: nothing has to grow then.
void builder_reserve(struct builder *builder, size_t timesteps, size_t answers, size_t examples);
void builder_example(struct builder *builder, long line);
void builder_symbol(struct builder *builder, int symbol);
void builder_symbols(struct builder *builder, const int *symbols, int count); // the same as one by one
void builder_vector(struct builder *builder, const float *values);            // channels of them
void builder_answer(struct builder *builder, int symbol);                     // below 0: none at this timestep
void builder_answer_vector(struct builder *builder, const float *values);     // answer_channels of them
void builder_drop(struct builder *builder);                                   // takes the last example out again
void builder_clear(struct builder *builder);
bool builder_finish(struct builder *builder, struct err *err);
