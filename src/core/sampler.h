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

// --- a draw opened up ---

// How sampler_draw() draws; it goes this way unless temperature is 1 and nothing is cut or forbidden.
struct draw_rule {
    double temperature;
    int top_k, forbid;
};
// What a draw does with the logits, one step after the other, in double from the sampler's floats. The symbols that may
// be drawn lie one behind the other on a line from 0 to 1: in the order of their index, of a top-k cut the likeliest
// first. Owns its arrays.
struct draw_steps {
    int O;
    double *scaled;      // (O) logits / temperature; when greedy the logits
    double *probability; // (O) softmax(scaled), before anything is cut away
    double *kept;        // (O) what is left after the cut, divided by its sum; 0 of what may not be drawn
    double kept_share;   // the sum of probability[] over what is left
    int count;           // symbols on the line; 1 when greedy
    int *order;          // (count) which
    double *cumulative;  // (count) where the piece of order[i] ends
    int *place;          // (O) of a symbol on the line, -1: cut away
    double uniform;      // the number drawn, [0, 1); NaN when greedy: none was
    int chosen;
    struct choice *choices; // internal
};
bool draw_steps_init(struct draw_steps *steps, int O, struct err *err);
void draw_steps_release(struct draw_steps *steps);
// logits (O): sampler_logits() at the time of the draw; uniform: what rng_uniform() gave to sampler_draw().
void draw_steps_fill(struct draw_steps *steps, const float *logits, const struct draw_rule *rule, double uniform);

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
