// Built-in tasks of single symbols and of numbers: codons, promoters, dates, a digit, a forecast. What they promise,
// checked by rules that were written apart from the generators.
#define _XOPEN_SOURCE 700

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "task_data.h"

static const char *label_of(const struct dataset *d, int index) {
    return d->labels.texts[d->answer_symbols[dataset_answer(d, index).start]];
}

// What a codon stands for, by lists as textbooks print them.
static char acid_of(const char *codon) {
    static const char *const lists[] = {"A GCT GCC GCA GCG",
                                        "R CGT CGC CGA CGG AGA AGG",
                                        "N AAT AAC",
                                        "D GAT GAC",
                                        "C TGT TGC",
                                        "Q CAA CAG",
                                        "E GAA GAG",
                                        "G GGT GGC GGA GGG",
                                        "H CAT CAC",
                                        "I ATT ATC ATA",
                                        "L TTA TTG CTT CTC CTA CTG",
                                        "K AAA AAG",
                                        "M ATG",
                                        "F TTT TTC",
                                        "P CCT CCC CCA CCG",
                                        "S TCT TCC TCA TCG AGT AGC",
                                        "T ACT ACC ACA ACG",
                                        "W TGG",
                                        "Y TAT TAC",
                                        "V GTT GTC GTA GTG",
                                        "* TAA TAG TGA"};
    char wanted[5] = {' ', codon[0], codon[1], codon[2]};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        if (strstr(lists[k], wanted)) return lists[k][0];
    fail_msg("no amino acid has the codon %s", wanted);
    return 0;
}

static void test_codons(void **state) {
    (void)state;
    struct dataset d = make("codons:codons=40");
    bool seen[128] = {false};
    assert_int_equal(d.labels.count, 21);
    for (int i = 0; i < d.example_count; i++) {
        const struct dataset_example *e = &d.examples[i];
        char gene[128];
        dataset_example_text(&d, i, 120, gene, sizeof gene);
        assert_int_equal(strlen(gene), e->length);
        assert_true(e->length % 3 == 0 && e->length >= 60 && e->length <= 120);
        assert_memory_equal(gene, "ATG", 3);
        for (int t = 0; t < e->length; t++) {
            int answer = d.answer_symbols[dataset_answer(&d, i).start + (size_t)t];
            assert_int_equal(answer >= 0, t % 3 == 2);
            if (answer < 0) continue;
            char acid = d.labels.texts[answer][0];
            assert_int_equal(acid, acid_of(gene + t - 2));
            assert_int_equal(acid == '*', t == e->length - 1);
            seen[(int)acid] = true;
        }
    }
    for (const char *c = "ACDEFGHIKLMNPQRSTVWY*"; *c; c++)
        assert_true(seen[(int)*c]);
    dataset_release(&d);
}

static int matches(const char *at, const char *box) {
    int count = 0;
    for (int k = 0; box[k]; k++)
        count += at[k] == box[k];
    return count;
}

// The most bases of both boxes together that fit, the second 16 to 18 bases behind the first.
static int best_match(const char *dna) {
    int best = 0;
    for (int first = 0; first + 28 <= 40; first++)
        for (int gap = 16; gap <= 18 && first + 12 + gap <= 40; gap++) {
            int found = matches(dna + first, "TTGACA") + matches(dna + first + 6 + gap, "TATAAT");
            if (found > best) best = found;
        }
    return best;
}

static void test_promoter(void **state) {
    (void)state;
    static const char *const words[] = {"promoter:mutations=0", "promoter"};
    for (int k = 0; k < 2; k++) {
        struct dataset d = make(words[k]);
        int promoters = 0, right = 0;
        for (int i = 0; i < d.example_count; i++) {
            char dna[64];
            dataset_example_text(&d, i, 40, dna, sizeof dna);
            assert_int_equal(strlen(dna), 40);
            assert_int_equal(strspn(dna, "ACGT"), 40);
            bool is = *label_of(&d, i) == '+';
            if (is && k == 0) assert_int_equal(best_match(dna), 12);
            promoters += is;
            right += is == (best_match(dna) >= 9);
        }
        assert_true(abs(promoters - d.example_count / 2) < d.example_count / 10);
        assert_true(right >= d.task->level * d.example_count); // so a network can get there
        dataset_release(&d);
    }
}

// By the C library's own reading of dates.
static bool read_date(const char *text, struct tm *out) {
    static const char *const forms[] = {"%d %b %Y", "%b %d, %Y", "%b %d '%y", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y"};
    char plain[64];
    size_t n = 0;
    for (const char *c = text; *c; c++) { // "3rd," is "3,"
        bool ending = c > text && c[-1] >= '0' && c[-1] <= '9' && c[0] >= 'a' && c[0] <= 'z';
        if (ending) c++;
        if (!ending) plain[n++] = *c;
    }
    plain[n] = 0;
    bool short_year = strchr(plain, '\'') || (strchr(plain, '.') && n == 8 && plain[5] == '.');
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        *out = (struct tm){0};
        const char *end = strptime(plain, forms[k], out);
        if (!end || *end || short_year != !!strstr(forms[k], "%y")) continue;
        if (short_year && out->tm_year == 69) out->tm_year = 169; // here the century goes from 1970 to 2069
        return true;
    }
    return false;
}

static void test_dates(void **state) {
    (void)state;
    struct dataset d = make("dates");
    int february_29 = 0;
    for (int i = 0; i < d.example_count; i++) {
        char text[64], expected[64];
        struct str answer = {0};
        struct tm date;
        dataset_example_text(&d, i, 40, text, sizeof text);
        vocabulary_decode(&d.labels, d.answer_symbols + dataset_answer(&d, i).start, dataset_answer(&d, i).length,
                          &answer);
        if (!read_date(text, &date)) fail_msg("\"%s\" is no date", text);
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
        assert_string_equal(answer.data, expected);
        struct tm same = date;
        same.tm_hour = 12;
        timegm(&same); // a day that there is stays as it is
        assert_int_equal(same.tm_mday, date.tm_mday);
        february_29 += date.tm_mon == 1 && date.tm_mday == 29;
        str_release(&answer);
    }
    assert_true(february_29 > 0);
    assert_true(d.length_max <= 20);
    dataset_release(&d);
}

static void test_one(void **state) {
    (void)state;
    static const int lit[10] = {6, 2, 5, 5, 4, 5, 6, 3, 7, 6};
    struct dataset clean = make("one:noise=0"), noisy = make("one");
    float shapes[10][7];
    bool seen[10] = {false};
    for (int i = 0; i < clean.example_count; i++) {
        const float *x = clean.values + clean.examples[i].start * 7;
        int digit = atoi(label_of(&clean, i)), count = 0;
        assert_int_equal(clean.examples[i].length, 1);
        for (int k = 0; k < 7; k++) {
            assert_true(x[k] == 0 || x[k] == 1);
            if (seen[digit]) assert_true(shapes[digit][k] == x[k]);
            shapes[digit][k] = x[k];
            count += x[k] == 1;
        }
        seen[digit] = true;
        assert_int_equal(count, lit[digit]);
    }
    int right = 0;
    for (int i = 0; i < noisy.example_count; i++) { // the nearest shape
        const float *x = noisy.values + noisy.examples[i].start * 7;
        int nearest = 0;
        double least = INFINITY;
        for (int digit = 0; digit < 10; digit++) {
            double distance = 0;
            for (int k = 0; k < 7; k++)
                distance += (x[k] - shapes[digit][k]) * (x[k] - shapes[digit][k]);
            if (distance < least) least = distance, nearest = digit;
        }
        right += nearest == atoi(label_of(&noisy, i));
    }
    assert_true(right >= noisy.task->level * noisy.example_count);
    dataset_release(&clean);
    dataset_release(&noisy);
}

// Sines of three known periods obey one recurrence of order six, whose polynomial is the product of z^2 - 2 cos(w) z
// + 1.
static void test_sines(void **state) {
    (void)state;
    static const double periods[3] = {7, 12, 20};
    double p[7] = {1};
    for (int k = 0; k < 3; k++) {
        double old[7];
        memcpy(old, p, sizeof old);
        for (int i = 0; i < 7; i++)
            p[i] = old[i] - (i >= 1 ? 2 * cos(2 * acos(-1) / periods[k]) * old[i - 1] : 0) + (i >= 2 ? old[i - 2] : 0);
    }
    struct dataset d = make("sines:T=40,ahead=5");
    double last = 0;
    long count = 0;
    for (int i = 0; i < d.example_count; i++) {
        const float *x = d.values + d.examples[i].start, *y = d.answer_values + dataset_answer(&d, i).start;
        assert_int_equal(d.examples[i].length, 40);
        for (int t = 6; t < 40; t++) {
            double sum = 0;
            for (int k = 0; k < 7; k++)
                sum += p[k] * x[t - k];
            assert_true(fabs(sum) < 1e-4);
        }
        for (int t = 0; t < 35; t++)
            assert_true(fabs((double)y[t] - x[t + 5]) < 1e-5);
    }
    dataset_release(&d);
    d = make("sines");
    for (size_t k = 0; k < d.symbol_count; k++, count++)
        last += pow((double)d.answer_values[k] - d.values[k], 2);
    assert_true(fabs(last / (double)count - 0.87) < 0.05); // what level_note says
    dataset_release(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codons), cmocka_unit_test(test_promoter),
                                       cmocka_unit_test(test_dates), cmocka_unit_test(test_one),
                                       cmocka_unit_test(test_sines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
