#pragma once
// One symbol at a time: feeds a symbol, gives the distribution of the next, draws from it. A sampler borrows
// the model; it owns the state. One thread at a time.

#include "network.h"

struct sampler;
struct sampler *sampler_new(const struct model *model, struct err *err);
void sampler_free(struct sampler *sampler);
// Whoever writes the model's parameters while a sampler borrows it says so.
void sampler_refresh(struct sampler *sampler);
void sampler_reset(struct sampler *sampler);                      // zero state
void sampler_feed(struct sampler *sampler, int symbol);           // -1 = zero vector
const float *sampler_distribution(const struct sampler *sampler); // (O) softmax(logits) after the last feed
const float *sampler_logits(const struct sampler *sampler);
// Draws from softmax(logits / temperature) over the top_k largest (0 = all). forbid < 0, or a symbol never
// drawn
// (<UNK>). temperature > 0; 0 means the largest.
int sampler_draw(struct sampler *sampler, double temperature, int top_k, int forbid, struct rng *rng);
