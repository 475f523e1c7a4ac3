#pragma once
// A run of training on a data set: minibatches drawn with the run's own random numbers, updates by the core's
// trainer. `unroll train` and the workbench use the same run, so the same seed gives the same parameters in
// both. Borrows model and data. One thread.

#include "minibatch.h"
#include "schedule.h"
#include "trainer.h"

struct training {
    const struct dataset *data;
    struct model *model;
    struct trainer *trainer;
    struct rng rng;
    int batch, max_T;
    struct minibatch minibatch;
    long done;  // updates
    bool carry; // contiguous windows of a long text, the state carried from one to the next
    bool scheduled;
    struct schedule schedule; // else the learning rate stays as it is
    int *order;               // minibatches by length, or NULL
};
// What a run may do beyond drawing minibatches at random.
struct training_plan {
    bool carry; // truncated backpropagation through time over a TEXT_WHOLE (Williams and Peng 1990): gradients end at
                // the window, the state does not
    bool by_length;           // of TEXT_LINES
    struct schedule schedule; // lr 0 = none
};

enum { TRAINING_MAX_T = 64 }; // a longer line is cut in training; long texts are read in windows of this many symbols

// What the data decide of a network: inputs, outputs, what the output is, the kind. kind: the user's wish, or -1. Fails
// (ERR_USAGE) where the wish, or two directions, do not go with the data.
bool training_network(const struct dataset *data, int kind, struct net_spec *spec, struct err *err);
// Whether a network made for other data goes with these; `name` of the network stands in messages (ERR_VALUE).
bool training_fits(const struct dataset *data, const struct net_spec *model, const char *name, struct err *err);
// Says what is measured: "cross-entropy", "binary cross-entropy", "squared error".
const char *training_loss_name(enum net_output output);

bool training_init(struct training *training, const struct dataset *data, struct model *model,
                   const struct train_options *options, int batch, int max_T, struct rng rng, struct err *err);
// After training_init(). Fails (ERR_VALUE) where the data have another shape than the plan needs.
bool training_follow(struct training *training, const struct training_plan *plan, struct err *err);
void training_release(struct training *training);
bool training_step(struct training *training, struct step_report *report, struct err *err);
// Over the validation part. *loss: nats a token, of real answers the mean squared error; *accuracy: fraction predicted
// right (of sets: of their single channels), NaN where answers are real.
bool training_validate(struct training *training, double *loss, double *accuracy, long *tokens, struct err *err);
// The longest timeline worth training on: of texts the longest example with its <EOS>, at most TRAINING_MAX_T; of
// tasks, and where answers are of their own, the longest example.
int training_length(const struct dataset *data);
// Of the network that such answers ask for, unless another is wished for.
enum net_kind training_kind(enum data_answers answers);
// Updates that draw as many examples as the training part has (of one long text or series: as many windows); at least
// 1. Tasks that make every minibatch anew have no end: 100.
long training_epoch(const struct dataset *data, int batch, int max_T);
// A minibatch as the trainer takes it, borrowed. source: room for what an encoder reads.
struct batch training_batch(const struct minibatch *minibatch, struct batch *source);
