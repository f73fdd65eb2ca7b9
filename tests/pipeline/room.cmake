target_link_libraries(pipeline_test PRIVATE fmt::fmt)
