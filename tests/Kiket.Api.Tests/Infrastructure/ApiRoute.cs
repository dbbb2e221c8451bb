using System.Text.RegularExpressions;
using Kiket.Api.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>A route of the server under /api/v1, so that tests over all routes cover new ones automatically.</summary>
internal sealed partial record ApiRoute(string Method, string Path, RouteEndpoint Endpoint)
{
    private const long DefaultBodyLimit = 1024 * 1024;

    public static IReadOnlyList<ApiRoute> All(KiketServer server) =>
        [.. Everywhere(server).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal))];

    /// <summary>Also those of pages, OAuth and probes.</summary>
    public static IEnumerable<ApiRoute> Everywhere(KiketServer server) =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText!, "}").Trim('/')
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select new ApiRoute(method, path, endpoint);

    public bool IsAnonymous =>
        Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || Endpoint.Metadata.GetMetadata<IAuthorizeData>() is null;

    public bool HasScope => Endpoint.Metadata.GetMetadata<RequiredScope>() is not null;

    public bool HasBody => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not null;

    /// <summary>Whether the route treats a missing body, or null, as an empty one.</summary>
    public bool BodyIsOptional => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.IsOptional == true;

    /// <summary>Whether the caller chooses the members of the body.</summary>
    public bool TakesAnyMember =>
        Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType
        == typeof(IReadOnlyDictionary<string, System.Text.Json.JsonElement>);

    /// <summary>The parameters of the path that are an id, or an id or a key.</summary>
    public IEnumerable<string> Ids =>
        Endpoint
            .Metadata.GetRequiredMetadata<System.Reflection.MethodInfo>()
            .GetParameters()
            .Where(p => p.ParameterType == typeof(long) || p.ParameterType.Name.EndsWith("Ref", StringComparison.Ordinal))
            .Select(p => p.Name!)
            .Where(name => Path.Contains($"{{{name}}}", StringComparison.Ordinal));

    public string? Name => Endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    public long BodyLimit => Endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? DefaultBodyLimit;

    /// <summary>An address of the route: <c>1</c> is an id everywhere.</summary>
    public string Sample => Parameter().Replace(Path, "1");

    /// <summary>An address of the route with one parameter that is not <c>1</c>.</summary>
    public string SampleWith(string parameter, string value) =>
        Parameter().Replace(Path.Replace($"{{{parameter}}}", value, StringComparison.Ordinal), "1");

    public override string ToString() => $"{Method} {Path}";

    [GeneratedRegex(@":[^}/]+\}")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
