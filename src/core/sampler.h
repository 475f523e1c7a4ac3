#pragma once
// One timestep at a time: feeds a symbol or numbers, gives the distribution of what comes next, draws from it. For
// networks that read forward in time, and for encoder-decoders, where an encoder of either kind reads the source first.
// What may be fed back: a drawn symbol; of a sigmoid output drawn labels, of a linear one y_hat itself, as the next
// input of a network with real inputs. A sampler borrows the model; it owns the state. One thread at a time.
//
// Networks that read in both directions answer through predictor.h.

#include "network.h"

struct batch;
struct sampler;
struct sampler *sampler_new(const struct model *model, struct err *err);
void sampler_free(struct sampler *sampler);
// Whoever writes the model's parameters while a sampler borrows it says so.
void sampler_refresh(struct sampler *sampler);
void sampler_reset(struct sampler *sampler); // zero state; the distribution is that of logits 0

// Of an encoder-decoder: reads the source (trainer.h; B = 1, any T) and starts the decoder from it. Nothing is fed yet:
// the decoder's first input comes next. Fails (ERR_VALUE) on what the encoder cannot read, and when memory runs out.
bool sampler_encode(struct sampler *sampler, const struct batch *source, struct err *err);

void sampler_feed(struct sampler *sampler, int symbol);           // -1 = zero vector; of networks that read symbols
void sampler_feed_real(struct sampler *sampler, const float *x);  // (I), of networks with real inputs
const float *sampler_distribution(const struct sampler *sampler); // (O) y_hat after the last feed, as network.h says
const float *sampler_logits(const struct sampler *sampler);       // (O)

// Of a softmax output: draws from softmax(logits / temperature) over the top_k largest (0 = all). forbid < 0, or a
// symbol never drawn (<UNK>). temperature > 0; 0 means the largest: greedy.
int sampler_draw(struct sampler *sampler, double temperature, int top_k, int forbid, struct rng *rng);
// Of a sigmoid output: labels (O) of 0 and 1, each for itself, 1 with probability sigmoid(logit / temperature); at
// temperature 0 where y_hat is above 0.5.
void sampler_draw_labels(const struct sampler *sampler, double temperature, struct rng *rng, float *labels);

// --- beam search ---

// Of networks that read what they write (softmax; as many symbols in as out), from the sampler's state and distribution
// on, which stay as they are. At each timestep every hypothesis is continued by every symbol and the `width` most
// probable are kept; one that ends among them is put aside (Graves 2012, section 3; Sutskever et al. 2014,
// section 3.2). Width 1 without normalisation is greedy. score = ln P / ((5 + n) / 6)^length_power over n symbols with
// <EOS> (Wu et al. 2016, eq. 14, without coverage); 0 leaves ln P, which favours short ones.
struct beam_options {
    int width;           // 1 .. BEAM_MAX_WIDTH
    int length;          // most symbols, 1 or more
    int end;             // <EOS>; -1: there is none, all are `length` long
    int forbid;          // a symbol never written; -1: none
    double length_power; // 0 or more
};
enum { BEAM_MAX_WIDTH = 1024 };

struct hypothesis {
    const int *symbols; // (length), without <EOS>
    int length;
    double log_probability; // nats, that of <EOS> included where it ended
    double score;
    bool ended; // with <EOS>, and not at the longest length
};

// Those that ended first, then by score; 1 to `width` of them.
struct beam {
    int count;
    struct hypothesis *best;
    void *memory;
};

// Fails with ERR_VALUE, and when memory runs out. The caller releases the beam.
bool sampler_beam(struct sampler *sampler, const struct beam_options *options, struct beam *beam, struct err *err);
void beam_release(struct beam *beam);
