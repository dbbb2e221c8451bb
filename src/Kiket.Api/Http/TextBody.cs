using System.Text;
using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>Reads a body that may be YAML as well as JSON.</summary>
internal static class TextBody
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async ValueTask<(bool IsYaml, string Value)> ReadAsync(HttpContext context, string what)
    {
        var type = context.Request.GetTypedHeaders().ContentType?.MediaType.Value?.ToLowerInvariant();
        var isYaml = type is "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml";
        if (!isYaml && !context.Request.HasJsonContentType())
            throw new BadHttpRequestException(what, StatusCodes.Status415UnsupportedMediaType);

        try
        {
            using var reader = new StreamReader(
                context.Request.Body,
                Strict,
                detectEncodingFromByteOrderMarks: false,
                leaveOpen: true
            );
            return (isYaml, (await reader.ReadToEndAsync(context.RequestAborted)).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException)
        {
            throw Refusal(new(ErrorKind.BadRequest, ServerErrorCodes.BadRequest, "The body is not UTF-8."));
        }
    }

    /// <summary>A JSON object that a database can store.</summary>
    public static JsonDocument ParseObject(string text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body is not JSON.", e);
        }

        try
        {
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                throw Refusal(new(ErrorKind.BadRequest, ServerErrorCodes.InvalidJson, "The body must be a JSON object."));
            StorableJson.Check(document.RootElement);
            return document;
        }
        catch (BodyException e)
        {
            document.Dispose();
            throw new BadHttpRequestException(e.Message, e);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    public static BadHttpRequestException Refusal(Error error) => new(error.Message, new BodyException(error));
}
