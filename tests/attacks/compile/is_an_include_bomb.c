/* Tries: to have the compiler read itself 2 to the 190th times.
   Held: the report says that the compiler was stopped. */
#if __INCLUDE_LEVEL__ < 190
#include __FILE__
#include __FILE__
#endif
int main(void);
