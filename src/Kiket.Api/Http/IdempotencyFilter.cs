using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Net.Http.Headers;

namespace Kiket.Api.Http;

/// <summary>
/// Makes a write with an <c>Idempotency-Key</c> happen once: its answer is saved in its own transaction and given again to a request
/// with the same key and content. A refused write gives the key back.
/// </summary>
internal sealed class IdempotencyFilter : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotent-Replayed";
    private const int MaxKeyLength = 255;

    /// <summary>Keeps the body of a request with a key, so that it can be hashed after it was read.</summary>
    public static Task KeepBody(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey(Header))
            context.Request.EnableBuffering();
        return next(context);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.Headers.TryGetValue(Header, out var values) || HttpMethods.IsGet(http.Request.Method))
            return await next(context);
        if (http.GetEndpoint()?.Metadata.GetMetadata<WithoutTransaction>() is not null)
            return await next(context);
        var key = values.ToString();
        if (key.Length is 0 or > MaxKeyLength || key.Any(c => c is < ' ' or > '~'))
            throw new InvalidParameterException(Header, $"{Header} has 1 to {MaxKeyLength} printable ASCII characters.");

        var store = http.RequestServices.GetRequiredService<IdempotencyStore>();
        var userId = http.RequestServices.GetRequiredService<CurrentActor>().UserIdOrZero;
        var reservation = await store.ReserveAsync(userId, key, await HashAsync(http.Request), http.RequestAborted);
        return reservation.Outcome switch
        {
            ReservationOutcome.Answered => new Replay(reservation.Answer!),
            ReservationOutcome.Reused => new ErrorResult(new(
                ErrorKind.Invalid, ErrorCodes.IdempotencyKeyReused, $"The key '{key}' was used for another request.")),
            ReservationOutcome.InUse => new ErrorResult(new(
                ErrorKind.Conflict, ErrorCodes.IdempotencyKeyInUse, $"The first request with the key '{key}' is still running. Try again.")),
            _ => await WriteAsync(context, next, store, reservation),
        };
    }

    private static async Task<IResult> WriteAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, IdempotencyStore store, Reservation reservation)
    {
        var http = context.HttpContext;
        var db = http.RequestServices.GetRequiredService<KiketDbContext>();
        (StoredAnswer Answer, Write Write) written = default;
        try
        {
            // Here and not below, because a deadlock ends the whole transaction.
            written = await db.RetryLostRacesAsync(() => WriteOnceAsync(context, next, db, store, reservation), http.RequestAborted);
        }
        finally
        {
            if (written.Write is not Write.Kept)
                await GiveBackAsync(store, reservation);
        }

        if (written.Write is Write.TakenOver)
        {
            ForgetAnswer(http.Response);
            return new ErrorResult(new(
                ErrorKind.Conflict, ErrorCodes.IdempotencyKeyInUse, "The request took too long and another one took its key over."));
        }

        // Not earlier: a client that reads a refusal can use the key again at once.
        await http.Response.Body.WriteAsync(written.Answer.Body, http.RequestAborted);
        return Results.Empty;
    }

    private static async Task<(StoredAnswer Answer, Write Write)> WriteOnceAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, KiketDbContext db, IdempotencyStore store, Reservation reservation)
    {
        var http = context.HttpContext;
        ForgetAnswer(http.Response);
        IDbContextTransaction? transaction = null;
        try
        {
            if (http.GetEndpoint()?.Metadata.GetMetadata<OpensTransaction>() is not null)
                db.HoldNextTransaction();
            else
                transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
            var result = await next(context);
            transaction ??= db.Database.CurrentTransaction; // none when the request was refused before
            var isPending = result is INestedHttpResult { Result: ErrorResult { Error.IsPending: true } };
            var answer = await RunAsync(http, result);
            var isDone = answer.Status is >= 200 and < 300;
            if (isDone && !await store.AnswerAsync(reservation, answer, http.RequestAborted))
                return (answer, Write.TakenOver);

            // A caller who hangs up now must not leave it open whether the write was kept. A pending refusal keeps the approvals
            // that were asked for, and gives the key back.
            if ((isDone || isPending) && transaction is not null)
                await transaction.CommitAsync(CancellationToken.None);
            return (answer, isDone ? Write.Kept : Write.Refused);
        }
        finally
        {
            if ((transaction ?? db.Database.CurrentTransaction) is { } open)
                await open.DisposeAsync();
        }
    }

    /// <summary>Gives the key back. Where the database is away it is given up by itself after a while, and the first failure says more.</summary>
    private static async Task GiveBackAsync(IdempotencyStore store, Reservation reservation)
    {
        try
        {
            await store.ReleaseAsync(reservation);
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure))
        {
        }
    }

    private enum Write
    {
        Refused,
        Kept,
        TakenOver,
    }

    /// <summary>Takes back what the result has set already, so that another one can be written.</summary>
    private static void ForgetAnswer(HttpResponse response)
    {
        response.ContentLength = null;
        response.ContentType = null;
        response.Headers.Remove(HeaderNames.ETag);
        response.Headers.Remove(HeaderNames.Location);
    }

    /// <summary>Carries the result out, but keeps its body back until the transaction is committed.</summary>
    private static async Task<StoredAnswer> RunAsync(HttpContext http, object? result)
    {
        var (response, sent) = (http.Response, http.Response.Body);
        using var kept = new MemoryStream();
        response.Body = kept;
        try
        {
            await ((IResult)result!).ExecuteAsync(http);
        }
        finally
        {
            response.Body = sent;
        }

        return new(response.StatusCode, response.ContentType, response.Headers.ETag, response.Headers.Location, kept.ToArray());
    }

    private static async Task<string> HashAsync(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n{request.Headers.IfMatch}\n"));
        request.Body.Position = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0;)
            hash.AppendData(buffer.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Replay(StoredAnswer answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = answer.Status;
            response.ContentType = answer.ContentType;
            response.Headers.ETag = answer.ETag;
            response.Headers.Location = answer.Location;
            response.Headers[ReplayedHeader] = "true";
            await response.Body.WriteAsync(answer.Body, httpContext.RequestAborted);
        }
    }
}

/// <summary>
/// On a route whose writes must not stand in one transaction, because it waits for somebody else in between; an <c>Idempotency-Key</c>
/// means nothing to it.
/// </summary>
internal sealed class WithoutTransaction;

/// <summary>
/// On a route whose handler waits for somebody else before it writes, and then writes in one transaction that it opens itself. With an
/// <c>Idempotency-Key</c> that transaction is kept open for the answer; what the handler saves before it is kept whatever the answer is.
/// </summary>
internal sealed class OpensTransaction;
