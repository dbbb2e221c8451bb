using Kiket.Api.Approvals;
using Kiket.Api.Audit;
using Kiket.Api.Authentication;
using Kiket.Api.Capacity;
using Kiket.Api.Checklists;
using Kiket.Api.Comments;
using Kiket.Api.Cors;
using Kiket.Api.CustomData;
using Kiket.Api.Dashboard;
using Kiket.Api.Definitions;
using Kiket.Api.Events;
using Kiket.Api.Extensions;
using Kiket.Api.Health;
using Kiket.Api.Http;
using Kiket.Api.Issues;
using Kiket.Api.Milestones;
using Kiket.Api.Notifications;
using Kiket.Api.OAuth;
using Kiket.Api.Observability;
using Kiket.Api.OpenApi;
using Kiket.Api.Operations;
using Kiket.Api.Organizations;
using Kiket.Api.Projects;
using Kiket.Api.RateLimits;
using Kiket.Api.SignIn;
using Kiket.Api.Sla;
using Kiket.Api.Startup;
using Kiket.Api.Tokens;
using Kiket.Api.Users;
using Kiket.Api.Webhooks;
using Kiket.Api.Workflows;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Jobs;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

if (CommandLine.Handles(args))
    return await CommandLine.RunAsync(args);

if (!Serving.TryBegin(args, out var builder, out var settings))
    return Serving.WrongSettings;

builder.Services.AddKiketInfrastructure(builder.Configuration);
builder.Services.AddKiketJobs(builder.Configuration);
builder.Services.ConfigureHttpJsonOptions(json => JsonSetup.Configure(json.SerializerOptions));
builder.Services.Configure<RouteOptions>(routes => routes.SetParameterPolicy<IdConstraint>("long"));
builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
builder.Services.AddKiketOpenApi();
builder.Services.AddKiketHealth(settings);
builder.AddKiketObservability(settings);
builder.Services.AddScoped<EventStreamSource>();
builder.Services.AddSingleton<OpenRequests>();
builder.Services.AddSingleton<RecordedRefusals>();
builder.Services.AddSingleton<CredentialWatch>().AddHostedService(services => services.GetRequiredService<CredentialWatch>());
builder.Services.AddRequestTime(settings);
builder.Services.AddAllowedOrigins(settings);
builder.Services.AddEncryptedConnections();
builder.Services.AddKiketLinks(settings);
builder.Services.AddAntiforgery(); // protects the forms of our pages and the actions of Hangfire's dashboard
builder.Services.AddExceptionHandler<ErrorHandler>();
builder.Services.AddSingleton<ErrorPage>(Pages.ShowErrorAsync);
builder
    .Services.AddAuthentication(BearerHandler.SchemeName)
    .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
    .AddPageCookie()
    .AddSignInProvider(settings);
builder.Services.AddKiketOAuth(settings);
builder.Services.AddScoped<IAuthorizationHandler, ScopeAuthorizationHandler>();
builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(null);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.ConfigureEndpointDefaults(ServerRefusals.Describe);
    kestrel.Limits.MaxRequestBodySize = RequestBody.MaxDiscarded; // routes have limits of their own
});
builder.Services.Configure<HostOptions>(host =>
{
    host.ShutdownTimeout = settings.StopTimeout;
    host.ServicesStopConcurrently = true;
});
builder.Logging.QuietUntilListening();

var app = builder.Build();
ServerRefusals.Observe(app.Services);

app.UseTrustedProxies(settings);
app.Use(RequestId.AddHeader);
app.Use(SecurityHeaders.Add);
app.UseEncryptedConnections(settings);
app.Use(HeadRequests.ServeAsync);
app.UseExceptionHandler(_ => { });
app.UseStatusCodePages(ErrorHandler.WriteStatusAsync);
app.UseKiketMetrics();
app.UseRole(settings);
app.Use(FormBody.ReadAsync);
app.UseDashboard(OperationsPages.Path);
app.Use(ExtensionPaths.ServeAtRoot);
app.UseRouting();
app.UseAllowedOrigins(settings);
app.UseRequestTimeouts();
app.UseAuthentication();
app.Use(RateLimiting.CountAsync);
app.Use(app.Services.GetRequiredService<CredentialWatch>().ServeAsync);
app.UseKiketOAuth();
app.UseKiketOpenApi();
app.UseAuthorization();
app.Use(BodyCharset.Check);
app.Use(RequestBody.ReadWithinLimit);
app.Use(IdempotencyFilter.KeepBody);

var api = app.MapGroup("/api/v1")
    .RequireAuthorization()
    .AddEndpointFilterFactory(UnknownParameterFilter.Create)
    .AddEndpointFilterFactory(PlainValues.Create)
    .AddEndpointFilter<IdempotencyFilter>();
api.MapProjects();
api.MapProjectMembers();
api.MapIssues();
api.MapIssueSchema();
api.MapApprovals();
api.MapChecklists();
api.MapComments();
api.MapMilestones();
api.MapNotifications();
api.MapEvents();
api.MapUsers();
api.MapOrganization();
api.MapCapacity();
api.MapSla();
api.MapAudit();
api.MapTokens();
api.MapOAuthApplications();
api.MapDefinitions();
api.MapWorkflows();
api.MapExtensions();
api.MapSecrets();
api.MapExt();
api.MapStorage();
api.MapCustomData();
api.MapReports(settings);
api.MapWebhooks();
api.MapDeliveries();
api.MapHealth();
app.MapHealthProbes();
app.MapJwks();
app.MapDefinitionSchemas();
app.MapOAuth();
app.MapSignInPages();
app.MapProviderSignIn(settings);
app.MapTwoStepPages();
app.MapOperations();

return await app.ServeAsync();
