using Kiket.Api.Http;
using Kiket.Api.SignIn;
using Kiket.Application.Capacity;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;

namespace Kiket.Api.Operations;

/// <summary>
/// What administrators see and do about the work of the server for their organization. The pages are Razor components that are
/// rendered once per request, without scripts (docs/decisions/0084-operations-pages.md).
/// </summary>
internal static class OperationsPages
{
    public const string Path = SignInPages.OperationsPath;

    /// <summary>More than any pause can take, and no overflow.</summary>
    private const int MaxHours = 10_000;

    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Path).ExcludeFromDescription();

        pages.MapGet(Stylesheet.Name, Stylesheet.WriteAsync);
        pages.MapPage<OverviewPage>("", "Overview");
        pages.MapPage<DeliveriesPage>("/deliveries", "Deliveries");
        pages.MapPage<DeliveryPage>("/deliveries/{id:long}", "Delivery");
        pages.MapPage<RedeliverPage>("/deliveries/redeliver", "Redeliver");
        pages.MapPage<EndpointsPage>("/endpoints", "Endpoints");
        pages.MapPage<ExtensionsPage>("/extensions", "Extensions");
        pages.MapPage<ExtensionPage>("/extensions/{id:long}", "Extension");
        pages.MapPage<SlaPage>("/sla", "Service levels");
        pages.MapPage<WorkflowsPage>("/workflows", "Workflows");
        pages.MapPage<WorkflowPage>("/workflows/{project}/{workflow}", "Workflow");
        pages.MapPage<CapacityPage>("/capacity", "Capacity");
        pages.MapPage<AuditPage>("/audit", "Audit log");
        pages.MapPage<ImportsPage>("/imports", "Imports");
        pages.MapPage<RateLimitsPage>("/rate_limits", "Rate limits");

        pages.MapAction("/deliveries/{id:long}/redeliver", RedeliverOneAsync);
        pages.MapAction("/deliveries/redeliver", RedeliverManyAsync);
        pages.MapAction("/endpoints/{id:long}/pause", PauseAsync);
        pages.MapAction("/endpoints/{id:long}/resume", ResumeAsync);
        pages.MapAnswer<ReassignmentPage>("/capacity/try", "Reassign");
        pages.MapAction("/capacity/reassign", ReassignAsync);
        pages.MapAnswer<VerificationPage>("/audit/verify", "Verification");
    }

    private static async Task<Done> RedeliverOneAsync(Visit visit, IMediator mediator, CancellationToken ct) =>
        new((await mediator.Send(new RedeliverOneCommand(visit.Id), ct)).Error, $"{Path}/deliveries/{visit.Id}", "redelivered");

    private static async Task<Done> RedeliverManyAsync(Visit visit, IMediator mediator, CancellationToken ct)
    {
        var redelivered = await mediator.Send(new RedeliverManyCommand(DeliveryFilters.Of(visit)), ct);
        return redelivered.Error is { } error
            ? new(error, "", "")
            : new(null, RedeliveryProgress.AddressOf(visit, redelivered.Value), "redelivered", redelivered.Value.Redelivered);
    }

    private static async Task<Done> PauseAsync(Visit visit, IMediator mediator, CancellationToken ct)
    {
        var pause = TimeSpan.FromHours(Math.Min(visit.Number("hours") ?? 1, MaxHours));
        return new((await mediator.Send(new PauseWebhookCommand(visit.Id, pause), ct)).Error, $"{Path}/endpoints", "paused");
    }

    private static async Task<Done> ResumeAsync(Visit visit, IMediator mediator, CancellationToken ct) =>
        new((await mediator.Send(new ResumeWebhookCommand(visit.Id), ct)).Error, $"{Path}/endpoints", "resumed");

    private static async Task<Done> ReassignAsync(Visit visit, IMediator mediator, CancellationToken ct)
    {
        var command = new ReassignIssuesCommand([], visit.All("recommendation"), Partial: true, DryRun: false);
        var reassigned = await mediator.Send(command, ct);
        return reassigned.Error is { } error
            ? new(error, "", "")
            : new(null, $"{Path}/capacity", "reassigned", reassigned.Value.Reassigned.Count);
    }

    private static void MapPage<TPage>(this IEndpointRouteBuilder pages, string path, string title)
        where TPage : OperationsPage =>
        pages.MapGet(path, context => ServeAsync(context, title, visit => RenderAsync<TPage>(visit)));

    /// <summary>A form that changes nothing is answered with a page.</summary>
    private static void MapAnswer<TPage>(this IEndpointRouteBuilder pages, string path, string title)
        where TPage : OperationsPage =>
        pages.MapPost(path, context => ServeAsync(context, title, visit => RenderAsync<TPage>(visit)));

    /// <summary>An action leads to a page, so that reloading does not repeat it.</summary>
    private static void MapAction(
        this IEndpointRouteBuilder pages,
        string path,
        Func<Visit, IMediator, CancellationToken, Task<Done>> act
    ) =>
        pages.MapPost(
            path,
            context =>
                ServeAsync(
                    context,
                    "Not done",
                    async visit =>
                    {
                        var mediator = context.RequestServices.GetRequiredService<IMediator>();
                        var done = await act(visit, mediator, context.RequestAborted);
                        if (done.Error is { } error)
                            throw new RefusedException(error);
                        context.Response.Redirect(done.Address);
                    }
                )
        );

    /// <summary>Lets administrators in, others sign in first, and shows a refusal as a page.</summary>
    private static async Task ServeAsync(HttpContext context, string title, Func<Visit, Task> serve)
    {
        var user = await PageCookie.FindUserAsync(context);
        if (user is null)
        {
            var isRead = HttpMethods.IsGet(context.Request.Method);
            context.Response.Redirect(SignInPages.AddressFor(isRead ? context.Request.Path + context.Request.QueryString : Path));
            return;
        }

        if (!user.Actor.IsAdmin)
        {
            await Pages
                .Page(
                    context,
                    "Only for administrators",
                    Html.Of($"""<p>The operations of this organization are shown to its administrators only.</p>"""),
                    StatusCodes.Status403Forbidden
                )
                .ExecuteAsync(context);
            return;
        }

        if (HttpMethods.IsPost(context.Request.Method) && !await Pages.IsOwnFormAsync(context))
        {
            await Pages.Outdated(context).ExecuteAsync(context);
            return;
        }

        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        var visit = new Visit(context, user, tokens) { Title = title };
        try
        {
            await serve(visit);
        }
        catch (RefusedException refused)
        {
            await ShowAsync(visit, refused.Error);
        }
        catch (InvalidParameterException malformed)
        {
            await ShowAsync(visit, malformed.Error);
        }
    }

    private static Task ShowAsync(Visit visit, Error error)
    {
        visit.Context.Response.StatusCode = ErrorBody.StatusOf(error.Kind);
        visit.Title = error.Kind is ErrorKind.NotFound ? "Not found" : "Not done";
        visit.Refusal = error.Message;
        return RenderAsync<RefusalPage>(visit);
    }

    private static async Task RenderAsync<TPage>(Visit visit)
        where TPage : OperationsPage
    {
        var services = visit.Context.RequestServices;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            // The page first: what it reads decides on its title.
            var page = await InsideAsync(renderer, visit, builder => builder.OpenComponent<TPage>(0));
            return await InsideAsync(
                renderer,
                visit,
                builder =>
                {
                    builder.OpenComponent<Frame>(0);
                    builder.AddComponentParameter(1, nameof(Frame.Content), new MarkupString(page));
                }
            );
        });
        var response = visit.Context.Response;
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        response.ContentType = "text/html; charset=utf-8";
        await response.WriteAsync(html, visit.Context.RequestAborted);
    }

    /// <summary>Renders a component to which the visit is known.</summary>
    private static async Task<string> InsideAsync(HtmlRenderer renderer, Visit visit, Action<RenderTreeBuilder> open)
    {
        RenderFragment content = builder =>
        {
            open(builder);
            builder.CloseComponent();
        };
        var parameters = new Dictionary<string, object?>
        {
            [nameof(CascadingValue<>.Value)] = visit,
            [nameof(CascadingValue<>.IsFixed)] = true,
            [nameof(CascadingValue<>.ChildContent)] = content,
        };
        var root = await renderer.RenderComponentAsync<CascadingValue<Visit>>(ParameterView.FromDictionary(parameters));
        return root.ToHtmlString();
    }

    /// <summary>How an action ended.</summary>
    /// <param name="Page">Where it leads.</param>
    /// <param name="Notice">What that page says about it.</param>
    private sealed record Done(Error? Error, string Page, string Notice, int? Count = null)
    {
        public string Address => Visit.WithQuery(Page, (Visit.Notice, Notice), (Visit.Count, Visit.Text(Count)));
    }
}

/// <summary>A refusal, on its way to the page that shows it.</summary>
internal sealed class RefusedException(Error error) : Exception(error.Message)
{
    public Error Error => error;
}
