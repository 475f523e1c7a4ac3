// Examples that are the same as others, found by hash in a table of their indices.
#include "mem.h"
#include "problems.h"

#include <string.h>

static uint64_t mix(uint64_t h, uint64_t value) {
    h = (h ^ value) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

// Eight bytes a step; of the last ones, where they are fewer, each at least once.
static uint64_t hash_bytes(uint64_t h, const uint8_t *bytes, size_t size) {
    uint64_t eight;
    uint32_t first, last;
    for (; size >= sizeof eight; bytes += sizeof eight, size -= sizeof eight) {
        memcpy(&eight, bytes, sizeof eight);
        h = mix(h, eight);
    }
    if (size >= sizeof first) {
        memcpy(&first, bytes, sizeof first);
        memcpy(&last, bytes + size - sizeof last, sizeof last);
        return mix(h, first | (uint64_t)last << 32);
    }
    return size == 0 ? h : mix(h, bytes[0] | (uint64_t)bytes[size / 2] << 8 | (uint64_t)bytes[size - 1] << 16);
}

static uint64_t hash_example(const struct dataset *dataset, int index) {
    const struct dataset_example *example = &dataset->examples[index];
    struct dataset_answer answer = dataset_answer(dataset, index);
    uint64_t h = ((uint64_t)example->length + 1) * 0xD6E8FEB86659FD93u; // spread, or it cancels a first symbol
    size_t width = (size_t)dataset->symbol_bytes;
    h = hash_bytes(h, (const uint8_t *)dataset->symbols + example->start * width, (size_t)example->length * width);
    if (answer.length == 0) return h;
    return hash_bytes(h, (const uint8_t *)(dataset->answer_symbols + answer.start),
                      (size_t)answer.length * sizeof(int));
}

static bool same_text(const struct dataset *dataset, int first, int second) {
    if (!dataset_same_input(dataset, first, second)) return false;
    if (!dataset->answer_places) return true;
    struct dataset_answer x = dataset->answer_places[first], y = dataset->answer_places[second];
    const int *answers = dataset->answer_symbols;
    return x.length == y.length &&
           memcmp(answers + x.start, answers + y.start, (size_t)x.length * sizeof *answers) == 0;
}

// Open addressing, at most four fifths full, twice as large as it fills. Places go with the hash, so that growing walks
// through both tables in order and looks at no example.
struct slot {
    uint32_t index; // + 1, 0 = free
    uint32_t hash;
};
struct finder {
    const struct dataset *dataset;
    struct slot *slots;
    uint64_t size, count;
    bool no_memory;
};

static bool finder_start(struct finder *f, const struct dataset *dataset) {
    *f = (struct finder){.dataset = dataset, .size = 1 << 14};
    f->slots = mem_array(f->size, sizeof *f->slots);
    return f->slots != NULL;
}

static void finder_release(struct finder *f) {
    mem_free(f->slots);
}

// The slot of what is the same as the example, or the free one where it would go; below 0: that one.
static struct slot *find_slot(const struct finder *f, uint32_t hash, int example) {
    uint64_t place = hash * f->size >> 32;
    for (; f->slots[place].index; place = place + 1 < f->size ? place + 1 : 0)
        if (example >= 0 && f->slots[place].hash == hash &&
            same_text(f->dataset, example, (int)f->slots[place].index - 1))
            break;
    return &f->slots[place];
}

static void finder_grow(struct finder *f) {
    struct finder larger = *f;
    larger.size = f->size * 2;
    larger.slots = mem_array(larger.size, sizeof *larger.slots);
    f->no_memory = !larger.slots;
    if (f->no_memory) return;
    for (uint64_t k = 0; k < f->size; k++)
        if (f->slots[k].index) *find_slot(&larger, f->slots[k].hash, -1) = f->slots[k];
    finder_release(f);
    *f = larger;
}

// The first example put in that is the same as this one, or -1; then it is put in itself where `put`.
static int finder_find(struct finder *f, int index, bool put) {
    uint32_t hash = (uint32_t)(hash_example(f->dataset, index) * 0x9E3779B97F4A7C15u >> 32);
    struct slot *slot = find_slot(f, hash, index);
    if (slot->index) return (int)slot->index - 1;
    if (!put) return -1;
    *slot = (struct slot){.index = (uint32_t)index + 1, .hash = hash};
    if (++f->count * 5 > f->size * 4) finder_grow(f);
    return -1;
}

static void tell(struct problem_log *log, const struct dataset *d, int index, int other, bool skip) {
    const struct dataset_example *example = &d->examples[index];
    long first = d->examples[other].line;
    enum problem_action done = skip ? ACTION_SKIP : ACTION_KEEP;
    const char *what = skip ? "skipped" : "kept";
    if (d->answers == ANSWERS_ONE)
        problem_add_done(log, PROBLEM_DUPLICATE, done, example->line, 1, "the same as line %ld (both %.40s); %s", first,
                         d->labels.texts[d->answer_symbols[dataset_answer(d, index).start]], what);
    else
        problem_add_done(log, PROBLEM_DUPLICATE, done, example->line, 1, "the same as line %ld; %s", first, what);
}

// Moves an example down over those that were taken out.
static void move_down(struct dataset *d, int to, int from, size_t *symbols, size_t *answers) {
    struct dataset_example example = d->examples[from];
    struct dataset_answer answer = dataset_answer(d, from);
    size_t width = (size_t)d->symbol_bytes;
    uint8_t *bytes = d->symbols;
    memmove(bytes + *symbols * width, bytes + example.start * width, (size_t)example.length * width);
    example.start = (uint32_t)*symbols;
    *symbols += (size_t)example.length;
    d->examples[to] = example;
    if (!d->answer_places) return;
    memmove(d->answer_symbols + *answers, d->answer_symbols + answer.start,
            (size_t)answer.length * sizeof *d->answer_symbols);
    answer.start = (uint32_t)*answers;
    *answers += (size_t)answer.length;
    d->answer_places[to] = answer;
}

// The counts of what was taken out go, too.
static void uncount(struct dataset *d, int index) {
    const struct dataset_example *example = &d->examples[index];
    struct dataset_answer answer = dataset_answer(d, index);
    struct vocabulary *answers = d->labels.count > 0 ? &d->labels : &d->vocabulary;
    for (int i = 0; i < example->length; i++)
        d->vocabulary.counts[dataset_symbol(d, example->start + (size_t)i)]--;
    for (int i = 0; i < answer.length; i++)
        answers->counts[d->answer_symbols[answer.start + (size_t)i]]--;
}

// Whether any duplicate is to be taken out.
static bool skips_some(const struct data_options *options) {
    bool some = problem_choice(options, PROBLEM_DUPLICATE, 0) == ACTION_SKIP;
    for (int k = 0; k < options->exception_count; k++)
        some |= options->exceptions[k].kind == PROBLEM_DUPLICATE && options->exceptions[k].action == ACTION_SKIP;
    return some;
}

bool problems_of_duplicates(struct problem_log *log, struct dataset *d, const struct data_options *options) {
    struct finder finder = {0};
    bool moves = skips_some(options), good = finder_start(&finder, d);
    size_t symbols = 0, answers = 0;
    int kept = 0;
    for (int i = 0; good && !finder.no_memory && i < d->example_count; i++) {
        // what is looked up lies where it was or further down: `kept` examples, and this one
        size_t before = symbols, answers_before = answers;
        int line = d->examples[i].line;
        if (moves) move_down(d, kept, i, &symbols, &answers);
        int here = moves ? kept : i, other = finder_find(&finder, here, true);
        bool skip = other >= 0 && problem_choice(options, PROBLEM_DUPLICATE, line) == ACTION_SKIP;
        if (other >= 0) tell(log, d, here, other, skip);
        if (skip) {
            uncount(d, here);
            symbols = before;
            answers = answers_before;
        } else
            kept++;
    }
    if (good && moves) {
        d->example_count = kept;
        d->symbol_count = symbols;
        d->answer_count = answers;
    }
    good = good && !finder.no_memory;
    finder_release(&finder);
    return good;
}

bool problems_of_the_split(struct problem_log *log, struct dataset *d) {
    struct finder finder = {0};
    long line = 0;
    int first = -1;
    bool good = finder_start(&finder, d);
    // the smaller part goes into the table; what of it the other part meets is marked
    uint8_t *met = good ? mem_array((size_t)d->example_count, 1) : NULL;
    good = good && met;
    for (int i = 0; good && i < d->validation_count; i++)
        finder_find(&finder, d->validation[i], true);
    uint64_t left = finder.count; // of what is in the table
    for (int i = 0; good && i < d->train_count && left > 0; i++) {
        int found = finder_find(&finder, d->train[i], false);
        if (found < 0 || met[found]) continue;
        met[found] = 1;
        left--;
    }
    for (int i = 0; good && i < d->validation_count; i++) {
        int found = finder_find(&finder, d->validation[i], false);
        if (found < 0 || !met[found]) continue;
        d->shared++;
        if (line == 0 || d->examples[d->validation[i]].line < line) {
            first = d->validation[i];
            line = d->examples[first].line;
        }
    }
    if (d->shared > 0)
        problem_add(log, PROBLEM_OTHER, line, 1,
                    "%ld of the %d validation examples stand%s in the training part as well, first here; kept",
                    d->shared, d->validation_count, d->shared == 1 ? "s" : "");
    mem_free(met);
    good = good && !finder.no_memory;
    finder_release(&finder);
    return good;
}
