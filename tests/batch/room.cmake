target_link_libraries(batch_test PRIVATE fmt::fmt)
