using System.Reflection;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Kiket.Api.Http;

/// <summary>Converts a <see cref="Result{T}"/> to an HTTP response; the only place that does.</summary>
internal static class ResultHttp
{
    /// <summary>200 with the single resource and its entity tag.</summary>
    public static Results<Resource<T>, ErrorResult> ToResource<T>(this Result<T> result)
        where T : IVersioned => result.Error is { } error ? new ErrorResult(error) : new Resource<T>(result.Value);

    /// <summary>201 with the new resource, its entity tag and its address.</summary>
    public static Results<CreatedResource<T>, ErrorResult> ToCreated<T>(this Result<T> result, Func<T, string> address)
        where T : IVersioned =>
        result.Error is { } error ? new ErrorResult(error) : new CreatedResource<T>(result.Value, address(result.Value));

    /// <summary>201 with a new resource that has no address.</summary>
    public static Results<Created<T>, ErrorResult> ToCreated<T>(this Result<T> result) =>
        result.Error is { } error ? new ErrorResult(error) : TypedResults.Created((string?)null, result.Value);

    /// <summary>200 with the value mapped to its response.</summary>
    public static Results<Ok<TBody>, ErrorResult> ToOk<T, TBody>(this Result<T> result, Func<T, TBody> answer) =>
        result.Error is { } error ? new ErrorResult(error) : TypedResults.Ok(answer(result.Value));

    /// <summary>200 with <c>{"success": true}</c>: some clients parse a body after every call (contract, section 1).</summary>
    public static Results<Ok<Success>, ErrorResult> ToSuccess<T>(this Result<T> result) => result.ToOk(_ => new Success(true));
}

/// <summary>The answer of a delete.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1716", Justification = "The wire's word.")]
internal sealed record Success(bool IsSuccess)
{
    [System.Text.Json.Serialization.JsonPropertyName("success")]
    public bool IsSuccess { get; init; } = IsSuccess;
}

/// <summary>An error in the contract's body.</summary>
internal sealed class ErrorResult(Error error) : IResult, IEndpointMetadataProvider
{
    public Error Error => error;

    public Task ExecuteAsync(HttpContext httpContext) => ErrorBody.WriteAsync(httpContext, error);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        // The statuses are described per operation in OpenApiSetup.
    }
}

/// <summary>A single resource; 304 when the caller already has it.</summary>
internal sealed class Resource<T>(T value) : IResult, IEndpointMetadataProvider
    where T : IVersioned
{
    public Task ExecuteAsync(HttpContext httpContext) => ResourceWriter.WriteAsync(httpContext, value, StatusCodes.Status200OK);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>A new resource and its address.</summary>
internal sealed class CreatedResource<T>(T value, string address) : IResult, IEndpointMetadataProvider
    where T : IVersioned
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Location = address;
        return ResourceWriter.WriteAsync(httpContext, value, StatusCodes.Status201Created);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status201Created, typeof(T), ["application/json"]));
}

internal static class ResourceWriter
{
    public static async Task WriteAsync<T>(HttpContext context, T value, int status)
        where T : IVersioned
    {
        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, options);
        var tag = ETags.Of(value.Version, body);
        context.Response.Headers.ETag = tag;
        if (ETags.IsKnown(context.Request, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
