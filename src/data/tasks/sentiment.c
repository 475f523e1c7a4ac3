// Short reviews and their stars. The hand-written ones come first; the rest are patterns over a few things that are
// reviewed. Negation and "but" turn the words around: "not good at all", "never dull".
#include "task.h"

#include "str.h"

#include <string.h>

struct review {
    int stars;
    const char *text; // of a pattern: N stands for the thing
};
static const struct review written[] = {
    {5, "the best film i have seen in years"},
    {5, "i loved every minute of it"},
    {5, "a perfect evening , we will come again"},
    {5, "brilliant acting and a wonderful story"},
    {5, "i could not put this book down"},
    {5, "simply perfect"},
    {5, "it made me laugh and cry , wonderful"},
    {5, "the food was excellent and the service was perfect"},
    {5, "an excellent book , i loved it"},
    {5, "not a dull moment , simply brilliant"},
    {5, "nothing could be better than this"},
    {5, "we loved it and we want more"},
    {5, "wonderful from the first page to the last"},
    {5, "never have i heard a better song"},
    {5, "the best meal of the year"},
    {5, "my children loved it , and so did i"},
    {5, "excellent in every way"},
    {5, "brilliant , i will read it again and again"},
    {4, "a good film with a few slow scenes"},
    {4, "i liked it , the acting was good"},
    {4, "not bad at all , i liked it"},
    {4, "nice people and good food"},
    {4, "a nice story , well told"},
    {4, "good , but a little too long"},
    {4, "never dull , and the music is nice"},
    {4, "i liked this book more than the first one"},
    {4, "we had a good evening"},
    {4, "it was not perfect , but i liked it"},
    {4, "the service was slow but the food was excellent"},
    {4, "good acting , good music"},
    {4, "well made and never boring"},
    {4, "a nice song for the summer"},
    {4, "it is not the best , but it is good"},
    {4, "i did not think i would like it , but i did"},
    {4, "better than i thought"},
    {4, "quite good , we will come again"},
    {3, "good acting but a weak story"},
    {3, "the first half was good , the second half was boring"},
    {3, "it was fine , nothing more"},
    {3, "some of it is good and some of it is bad"},
    {3, "nice music , dull story"},
    {3, "an average film for an average evening"},
    {3, "not good , not bad"},
    {3, "it is fine if you have nothing else to do"},
    {3, "the food was good but the service was bad"},
    {3, "i neither liked nor hated it"},
    {3, "neither good nor bad"},
    {3, "ordinary , but fine"},
    {3, "half of it is nice , the rest is dull"},
    {3, "an ordinary story with nice people in it"},
    {3, "fine , but i will not read it again"},
    {3, "average food , average service"},
    {3, "i liked the music but not the story"},
    {3, "so so"},
    {2, "not good at all"},
    {2, "i did not like it"},
    {2, "rather boring , i nearly fell asleep"},
    {2, "a weak story and weak acting"},
    {2, "the music was nice but the rest was bad"},
    {2, "dull and much too long"},
    {2, "i thought it would be better"},
    {2, "not worth the money"},
    {2, "the second half was boring and the end was weak"},
    {2, "bad service , and the food was cold"},
    {2, "it is not a good book"},
    {2, "slow , dull and too long"},
    {2, "not as good as the first one"},
    {2, "we did not like the food"},
    {2, "i would not read it again"},
    {2, "a weak end to a dull film"},
    {2, "it was not nice and not fresh"},
    {2, "they say it is good , but it is boring"},
    {1, "the worst film i have seen in years"},
    {1, "terrible , i want my money back"},
    {1, "i hated every minute of it"},
    {1, "awful food and awful service"},
    {1, "never again"},
    {1, "we left after ten minutes , terrible"},
    {1, "a terrible story and terrible acting"},
    {1, "the worst meal of the year"},
    {1, "i hated it , and so did my children"},
    {1, "do not go there"},
    {1, "awful from the first page to the last"},
    {1, "nothing could be worse than this"},
    {1, "never have i heard a worse song"},
    {1, "a waste of time and money"},
    {1, "simply awful"},
    {1, "horrible , we will not come again"},
    {1, "it made me angry , horrible"},
    {1, "worse than bad , it is terrible"},
};
static const char *const things[] = {"film", "book", "meal", "song", "play"};
static const struct review patterns[] = {
    {5, "the N was brilliant"},
    {5, "the N was excellent , i loved it"},
    {5, "a wonderful N"},
    {5, "this is the best N of all"},
    {5, "i loved this N"},
    {5, "a perfect N , not dull at all"},
    {5, "the N was wonderful , it could not be better"},
    {5, "what a brilliant N"},
    {4, "the N was good"},
    {4, "a nice N"},
    {4, "i liked this N"},
    {4, "the N was not bad at all"},
    {4, "a good N , but a little too long"},
    {4, "the N was never dull"},
    {4, "not the best N , but a good one"},
    {4, "i did like the N"},
    {3, "the N was fine"},
    {3, "an average N"},
    {3, "the N was neither good nor bad"},
    {3, "a good start , but the N was dull in the end"},
    {3, "an ordinary N , nothing more"},
    {3, "the N was not good and not bad"},
    {3, "i liked one half of the N but not the other"},
    {3, "this N is so so"},
    {2, "the N was boring"},
    {2, "a dull N"},
    {2, "i did not like this N"},
    {2, "the N was not good at all"},
    {2, "a weak N , much too long"},
    {2, "the N was bad"},
    {2, "not a nice N"},
    {2, "this N is not worth the money"},
    {1, "the N was terrible"},
    {1, "the N was awful , i hated it"},
    {1, "a horrible N"},
    {1, "this is the worst N of all"},
    {1, "i hated this N"},
    {1, "a terrible N , not good at all"},
    {1, "the N was horrible , it could not be worse"},
    {1, "what an awful N"},
};
#define COUNT(list) (int)(sizeof(list) / sizeof *(list))
enum { STOCK = COUNT(written) + COUNT(patterns) * COUNT(things), VALIDATION = 60 };

static void text(const struct task_settings *settings, int index, struct str *input, struct str *answer) {
    (void)settings;
    bool own = index < COUNT(written);
    int pattern = own ? 0 : (index - COUNT(written)) / COUNT(things);
    const struct review *review = own ? &written[index] : &patterns[pattern];
    const char *at = own ? NULL : strchr(review->text, 'N');
    if (own)
        str_put(input, review->text);
    else
        str_printf(input, "%.*s%s%s", (int)(at - review->text), review->text,
                   things[(index - COUNT(written)) % COUNT(things)], at + 1);
    str_printf(answer, "%d", review->stars);
}

const struct task task_sentiment = {
    .id = "sentiment",
    .title = "Reviews",
    .story = "A short review is read word by word: say how many stars it gives, one to five.",
    .answers = ANSWERS_ONE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .train_count = STOCK - VALIDATION,
    .validation_count = VALIDATION,
    .text = text,
    .stock = STOCK,
    .recipe =
        {.cell = "lstm", .layers = 1, .hidden = 16, .embed = 0, .steps = 400, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 400},
    .measure = MEASURE_ACCURACY,
    .level = 0.8,
    .level_note = "guessing has 0.2; most reviews of the validation part differ by one word from one of training",
};
