/* Tries: to have the compiler use memory and time without end, by macros that grow to 2 to the 60th.
   Held: the report says that the compiler was stopped. */
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(A(A(A(x)))))
#define C(x) B(B(B(x)))
char text[] = C("0123456789abcdef");

int main(void) {
    return text[0];
}
