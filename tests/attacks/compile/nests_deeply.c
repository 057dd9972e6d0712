/* Tries: to have the compiler die by its own stack: a million brackets, one in another.
   Held: the compiler fails or is stopped; the report says so. */
#define OPEN (
#define TEN(x) x x x x x x x x x x
int nested = TEN(TEN(TEN(TEN(TEN(TEN(OPEN)))))) 1;

int main(void) {
    return 0;
}
