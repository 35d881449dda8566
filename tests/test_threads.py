from threadpoolctl import threadpool_info, threadpool_limits

from carec_digital_trade.threads import one_thread


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_linear_algebra_runs_on_one_thread_and_is_left_as_it_was():
    with threadpool_limits(2, user_api="blas"):
        assert one_thread(threads)() == {1}
        assert threads() == {2}
