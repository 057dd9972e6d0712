/* Tries: to have more messages than anybody can keep: a warning in each of some 4000000 lines.
   Held: the report says that the compiler prints without end, and shows few lines. */
#define TEN(x) x x x x x x x x x x
#define MANY TEN(TEN(TEN(TEN(TEN(TEN(int f(void) { int a; return "a" + a; }))))))
MANY
